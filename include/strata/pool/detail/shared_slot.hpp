// What counted_pool keeps in the slots of its pool: an object with its counts.
//
//   0        8        16, or the alignment of T
//   +--------+--------+----------------------------+
//   | home   | counts | object                     |
//   +--------+--------+----------------------------+
//
// home leads back to the pool without the handle knowing the pool's type. The
// object is made with the slot, and destroyed by its last shared handle; the slot
// is given back by the last handle of any kind. Counts are not what stands first,
// because there pools keep their lists of free slots: so the zero of the last
// handle stays, and a copy of that handle's bytes is found out.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include <strata/pool/detail/slot_counts.hpp>

namespace strata {

template <class T, class Counts>
class shared_slot;

namespace detail {

/// Where slots go back to.
template <class T, class Counts>
class slot_home {
 public:
  using release_function = void(slot_home& home, shared_slot<T, Counts>& slot) noexcept;

  explicit slot_home(release_function* function) noexcept : release_(function) {}
  void release(shared_slot<T, Counts>& slot) noexcept { release_(*this, slot); }

 private:
  release_function* release_;
};

}  // namespace detail

/// The element type of a pool whose objects have shared and weak handles.
template <class T, class Counts>
class shared_slot {
 public:
  using value_type = T;
  using home_type = detail::slot_home<T, Counts>;

  /// Effects: makes the object, with one shared handle.
  template <class... Args>
  explicit shared_slot(home_type& home,
                       Args&&... args) noexcept(std::is_nothrow_constructible_v<T, Args...>)
      : home_(&home), object_(std::forward<Args>(args)...) {}

  /// Requires: no handle refers to the slot. The program ends with a diagnosis
  ///   otherwise.
  ~shared_slot() {
    if (!counts_.none()) [[unlikely]] {
      detail::report_slot_ended_first(std::addressof(object_), counts_.shared(), counts_.weak());
    }
  }

  shared_slot(const shared_slot&) = delete;
  shared_slot& operator=(const shared_slot&) = delete;

  /// Returns: the slot in which the object lies.
  [[nodiscard]] static shared_slot* of(T* object) noexcept {
    return reinterpret_cast<shared_slot*>(reinterpret_cast<std::byte*>(object) - object_offset);
  }

  [[nodiscard]] T* object() noexcept { return std::addressof(object_); }
  [[nodiscard]] detail::slot_counts<typename Counts::word>& counts() noexcept { return counts_; }

  void drop_shared() noexcept {
    if (counts_.drop_shared()) end_object();
  }

  void drop_weak() noexcept {
    if (counts_.drop_weak()) home_->release(*this);
  }

 private:
  void end_object() noexcept {
    std::destroy_at(std::addressof(object_));
    drop_weak();
  }

  static constexpr std::size_t header_bytes = sizeof(home_type*) + sizeof(typename Counts::word);
  static constexpr std::size_t object_offset =
      (header_bytes + alignof(T) - 1) / alignof(T) * alignof(T);

  home_type* home_;
  detail::slot_counts<typename Counts::word> counts_;
  union {       // so that the object ends when its handles say, and not with the slot
    T object_;  // NOLINT(readability-identifier-naming): private as the union is
  };
};

}  // namespace strata
