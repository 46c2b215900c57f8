// How references to an object are counted: the policy of strata::ref, and of the heap
// that makes the objects.
//
//   plain_counting    one thread at a time has references to the objects of a heap
//   atomic_counting   any thread has; each copy and each drop is an atomic operation
//   biased_counting   any thread has; the heap's own thread copies and drops without
//                     atomic operations, the others with
//
// Each is add(header) and subtract(header), which says whether that was the last
// reference. A count that passes 2^31 references sticks: the object becomes immortal,
// which a warning says, and never dies too early. A reference that is dropped more often
// than it was made ends the program with a diagnosis where it is seen.
//
// Biased: Jiho Choi, Thomas Shull, Josep Torrellas, Biased Reference Counting:
// Minimizing Atomic Operations in Garbage Collection, PACT 2018. Here the owner is the
// thread of the heap, and its count is the header's; that of all other threads is the
// lower part of the flags, less than 0 when they dropped what the owner counted.
// docs/internals/objects.md says how the two become one.
#pragma once

#include <cstdint>

#include <strata/object/detail/object_core.hpp>
#include <strata/object/detail/object_counts.hpp>
#include <strata/object/object_header.hpp>

namespace strata {

/// References of one thread at a time: one addition, or one subtraction and a branch.
struct plain_counting {
  static constexpr detail::counting_kind kind = detail::counting_kind::plain;

  static void add(object_header& header) noexcept { ++header.count; }

  /// Returns: whether that was the last reference: then object_ended follows.
  // No branch for what is rare: immortal objects have a count halfway to its end, and
  // an overflow is seen when a reference is dropped.
  [[nodiscard]] static bool subtract(object_header& header) noexcept {
    // Two branches on what the subtraction leaves; one for both would need a comparison.
    const std::uint32_t left = --header.count;
    if (static_cast<std::int32_t>(left) < 0) [[unlikely]] {
      return detail::settle_plain(header);
    }
    if (left != 0) [[likely]] {
      return false;
    }
    if (header.flags == 0) [[likely]] {
      return true;
    }
    return detail::settle_plain(header);
  }

  /// Returns: whether there is a reference now: not when the object is dead.
  [[nodiscard]] static bool try_add(object_header& header) noexcept {
    if ((header.flags & object_ending) != 0) return false;
    add(header);
    return true;
  }

  [[nodiscard]] static std::size_t count(const object_header& header) noexcept {
    return header.count;
  }
};

/// References of all threads. Memory orders as in handle_counts.hpp.
struct atomic_counting {
  static constexpr detail::counting_kind kind = detail::counting_kind::atomic;

  static void add(object_header& header) noexcept {
    if (detail::is_immortal(header)) return;  // nor write to what all threads read
    const std::uint32_t before = detail::count_of(header).fetch_add(1, std::memory_order_relaxed);
    if (static_cast<std::int32_t>(before) <= 0) [[unlikely]] {
      detail::settle_atomic(header, before);
    }
  }

  [[nodiscard]] static bool subtract(object_header& header) noexcept {
    // The only reference to what nobody observes: nobody else can come to it. The count is
    // looked at first: who dropped the other references may have observed it before that.
    const std::uint32_t seen = detail::count_of(header).load(std::memory_order_acquire);
    const std::uint32_t flags = detail::flags_of(header);
    if ((flags & object_immortal) != 0) return false;
    if (seen == 1 && (flags & object_observed) == 0) {
      detail::count_of(header).store(0, std::memory_order_relaxed);
      return true;
    }
    const std::uint32_t before = detail::count_of(header).fetch_sub(1, std::memory_order_release);
    if (static_cast<std::int32_t>(before) > 1) [[likely]] {
      return false;
    }
    return detail::settle_atomic(header, before);
  }

  [[nodiscard]] static bool try_add(object_header& header) noexcept {
    return detail::try_add_atomic(header);
  }

  [[nodiscard]] static std::size_t count(const object_header& header) noexcept {
    return detail::count_of(header).load(std::memory_order_relaxed);
  }
};

/// References of all threads, most of them of the heap's own.
struct biased_counting {
  static constexpr detail::counting_kind kind = detail::counting_kind::biased;

  static void add(object_header& header) noexcept {
    const std::uint32_t before = detail::count_of(header).load(std::memory_order_relaxed);
    if (before != 0 && detail::is_of_this_thread(header)) [[likely]] {
      detail::count_of(header).store(before + 1, std::memory_order_relaxed);
    } else {
      detail::add_shared(header);
    }
  }

  [[nodiscard]] static bool subtract(object_header& header) noexcept {
    const std::uint32_t before = detail::count_of(header).load(std::memory_order_relaxed);
    if (static_cast<std::int32_t>(before) > 1 && detail::is_of_this_thread(header)) [[likely]] {
      detail::count_of(header).store(before - 1, std::memory_order_relaxed);
      return false;
    }
    return detail::subtract_biased(header);
  }

  [[nodiscard]] static bool try_add(object_header& header) noexcept {
    return detail::try_add_biased(header);
  }

  [[nodiscard]] static std::size_t count(const object_header& header) noexcept {
    return detail::count_biased(header);
  }
};

/// What counts references: one of the three, or what does more at each drop, such as
/// telling a cycle collector, and does the rest by one of them.
template <class C>
concept counting_policy = requires(object_header& header) {
  { C::kind } -> std::convertible_to<detail::counting_kind>;
  C::add(header);
  { C::subtract(header) } -> std::same_as<bool>;
  { C::try_add(header) } -> std::same_as<bool>;
};

/// Effects: the object never ends by its count: drops of references to it do nothing.
///   Its memory ends with its heap.
/// Requires: the heap's own thread, or no other thread knows the object yet.
inline void make_immortal(const void* object) noexcept { detail::make_immortal(header_of(object)); }

/// Returns: whether the object is immortal, by make_immortal or for its many references.
[[nodiscard]] inline bool is_immortal(const void* object) noexcept {
  return detail::is_immortal(header_of(object));
}

}  // namespace strata
