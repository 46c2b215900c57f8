// Ends counted objects that only refer to each other: cycles, which counting alone
// never ends.
//
//   using heap = strata::object_heap<strata::collected_counting>;
//   heap objects({.name = "interpreter"});
//   strata::cycle_collector cycles(objects);
//
//   struct closure {
//     void trace(strata::object_visitor& v) const { strata::visit(v, body); }
//     strata::ref<environment, strata::collected_counting> body;
//   };
//
// Types say what they refer to by `trace`; those without are never part of a cycle. A
// reference that is dropped, and is not the last one, makes what it led to a candidate.
// Where memory grows, steps run by themselves; step and collect run them at other times.
// docs/guide/cycle-collection.md.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include <strata/account/account.hpp>
#include <strata/object/counting.hpp>
#include <strata/object/cycle_options.hpp>
#include <strata/object/detail/cycle_search.hpp>
#include <strata/object/detail/object_core.hpp>
#include <strata/object/object_header.hpp>
#include <strata/object/object_heap.hpp>
#include <strata/object/ref.hpp>
#include <strata/pool/detail/pool_memory.hpp>

namespace strata {

namespace detail {

/// Effects: tells the collector of the object's heap, if it has one.
[[gnu::cold]] void note_drop(object_header& header) noexcept;

/// Returns: whether a collector wants to know of a reference that was dropped.
[[nodiscard]] inline bool wants_note(const object_header& header) noexcept {
  constexpr std::uint32_t never = object_ending | object_immortal;
  if ((header.flags & never) != 0 || (header.flags & object_colour) == object_purple) return false;
  return !is_free(header) && header.type->trace != nullptr;
}

/// Effects: a collector sees that the object was let go while it was examined.
inline void note_last(object_header& header) noexcept {
  if ((header.flags & object_colour) == object_grey) {
    header.flags = (header.flags & ~std::uint32_t{object_colour}) | object_white;
  }
}

}  // namespace detail

/// Plain counting that tells a collector which objects may be the root of a cycle. One
/// more look at the header, and at its type, where a reference is dropped that is not
/// the last one. For one thread at a time; without a collector, as plain_counting.
struct collected_counting {
  static constexpr detail::counting_kind kind = detail::counting_kind::plain;

  static void add(object_header& header) noexcept { plain_counting::add(header); }

  [[nodiscard]] static bool subtract(object_header& header) noexcept {
    if (plain_counting::subtract(header)) {
      detail::note_last(header);
      return true;
    }
    if (detail::wants_note(header)) [[unlikely]] {
      detail::note_drop(header);
    }
    return false;
  }

  [[nodiscard]] static bool try_add(object_header& header) noexcept {
    return plain_counting::try_add(header);
  }
  [[nodiscard]] static std::size_t count(const object_header& header) noexcept {
    return plain_counting::count(header);
  }
};
static_assert(counting_policy<collected_counting>);

/// Collects the cycles of one heap, on the heap's thread. Between steps the program may
/// do anything with its objects.
///
/// An object that ends in a cycle runs what it would run otherwise: first all finalisers
/// of the cycle, while it is whole; if nothing brought it back until the next round, weak
/// references to it go, and the `drop` of each. A drop may look at what it refers to,
/// which may have been dropped already, as little as a destructor of C++ could.
class cycle_collector {
 public:
  using heap_type = object_heap<collected_counting>;

  /// Requires: the heap has no collector yet, and ends after this one.
  /// Throws: out_of_memory if the system refuses memory for the account; std::bad_alloc.
  explicit cycle_collector(heap_type& heap, const cycle_options& options = {});

  /// Effects: forgets what may be in cycles, but finishes what began to end.
  /// Requires: no external_root is left. The program ends with a diagnosis when one is.
  ~cycle_collector();

  cycle_collector(const cycle_collector&) = delete;
  cycle_collector& operator=(const cycle_collector&) = delete;

  /// Effects: goes on with a round, or begins one if there are candidates. Does nothing
  ///   while an object ends: in a finaliser or a drop.
  /// Returns: what was done, and whether a round is under way. More than the budget by
  ///   what one object refers to, or by the observed objects that end at once.
  cycle_progress step(const cycle_budget& budget = {}) noexcept;

  /// Effects: whole rounds, until one finds nothing. As step while an object ends.
  /// Returns: how many objects ended in cycles.
  std::size_t collect() noexcept;

  /// Effects: as collect, with all objects of the heap as candidates: for those that
  ///   were lost when memory was refused, and to know what leaks.
  std::size_t collect_all() noexcept;

  [[nodiscard]] cycle_statistics statistics() const noexcept;

 private:
  friend class external_root;
  friend void detail::note_drop(object_header& header) noexcept;

  static void on_growth(void* self, std::size_t bytes) noexcept;
  std::size_t relieve() noexcept;
  void note(object_header& header) noexcept;
  [[nodiscard]] bool is_busy() const noexcept;
  void advance_until(const cycle_budget& budget, cycle_progress& progress) noexcept;

  detail::object_core& heap_;
  cycle_options options_;
  std::optional<strata::account> account_;  // of the heap
  detail::pool_memory memory_;
  detail::cycle_search search_;
  std::optional<pressure_handler> handler_;
  bool is_stepping_ = false;
  std::size_t roots_ = 0;
  std::size_t bytes_ = 0;  // made into objects since the last round began
  std::uint64_t steps_ = 0;
  std::size_t largest_step_ = 0;
  std::chrono::nanoseconds longest_step_{};
};

/// Keeps an object, and what it refers to, for code that has its address and counts no
/// reference: a frame of native code, a device. From construction to destruction.
class external_root {
 public:
  /// Requires: a live object of the collector's heap; the collector ends after the root.
  external_root(cycle_collector& collector, const void* object) noexcept
      : collector_(&collector), object_(object) {
    ++collector.roots_;
    add_reference<collected_counting>(object);
  }
  external_root(external_root&& other) noexcept
      : collector_(other.collector_), object_(std::exchange(other.object_, nullptr)) {}
  external_root& operator=(external_root&& other) noexcept {
    external_root moved(std::move(other));
    std::swap(collector_, moved.collector_);
    std::swap(object_, moved.object_);
    return *this;
  }
  ~external_root() {
    if (object_ == nullptr) return;
    --collector_->roots_;
    drop_reference<collected_counting>(object_);
  }

  /// Returns: the object; nullptr after the root was moved from.
  [[nodiscard]] const void* object() const noexcept { return object_; }

 private:
  cycle_collector* collector_;
  const void* object_;
};

}  // namespace strata
