// Objects from a heap of strata's: pooled by size, in an account with a limit, and with
// a collector for cycles.
//
// A reference that is dropped, and is not the last one, may leave a dead cycle behind,
// so that collected_counting notes what it led to. Pairs are what programs copy and drop
// most, and what cycles begin at least: those are dropped without a note, unless they have
// flags: a pair that the collector examines must not be dropped behind its back. What only
// pairs led to is found when memory is short, and by (collect), which examine every object.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <strata/object/cycle_collector.hpp>
#include <strata/object/object_heap.hpp>

#include "objects.hpp"

namespace lisp {

class strata_memory {
 public:
  static constexpr const char* name = "strata";
  using counting = strata::collected_counting;

  // Where memory is so short that the collector has none to work with, dead cycles may be
  // left at the end: they go with the heap.
  explicit strata_memory(std::size_t limit)
      : heap_({.name = "lisp objects", .limit = limit, .discards = true}), cycles_(heap_) {}

  /// Returns: the object, with one reference; nullptr where memory is refused, and no
  ///   dead cycle is left that could give some.
  template <class T, class... Args>
  [[nodiscard, gnu::always_inline]] T* try_make(Args&&... args) noexcept {
    T* const made = heap_.try_make<T>(args...).release();
    if (made != nullptr) [[likely]] {
      return made;
    }
    cycles_.collect_all();
    return heap_.try_make<T>(args...).release();
  }
  template <class T, class... Args>
  [[nodiscard]] T* try_make_sized(std::size_t more_bytes, Args&&... args) noexcept {
    void* memory = heap_.try_allocate(strata::object_type_of<T>, sizeof(T) + more_bytes);
    if (memory == nullptr) {
      cycles_.collect_all();
      memory = heap_.try_allocate(strata::object_type_of<T>, sizeof(T) + more_bytes);
    }
    return memory == nullptr ? nullptr : ::new (memory) T(std::forward<Args>(args)...);
  }

  [[gnu::always_inline]] static void add(void* object) noexcept {
    strata::add_reference<counting>(object);
  }
  [[gnu::always_inline]] static void drop(void* object) noexcept {
    strata::object_header& header = strata::header_of(object);
    const bool is_pair = header.type == &strata::object_type_of<pair<strata_memory>>;
    if (!is_pair || header.flags != 0) {
      end(object);
    } else if (header.count > 1) [[likely]] {
      static_cast<void>(strata::plain_counting::subtract(header));
    } else {
      end_pair<strata_memory>(static_cast<pair_fields*>(object));
    }
  }

  /// Effects: drops a reference, which may be the last one.
  static void end(void* object) noexcept { strata::drop_reference<counting>(object); }
  /// Effects: drops the last reference to a pair whose fields were moved out: what ends is
  ///   two words without a destructor, which the heap takes back inline.
  [[gnu::always_inline]] static void give_back(pair_fields* dead) noexcept {
    strata::ref<pair_fields, counting>::adopt(dead).reset();
  }
  static void end_immortal(void*) noexcept {}  // its heap ends it

  std::size_t collect() noexcept { return cycles_.collect_all(); }
  [[nodiscard]] std::string why_refused() const {
    const std::size_t limit = heap_.account()->limit();
    return limit == SIZE_MAX ? ", the system has no more"
                             : ", the limit is " + std::to_string(limit);
  }

  [[nodiscard]] const strata::object_heap<counting>& heap() const noexcept { return heap_; }
  [[nodiscard]] const strata::cycle_collector& cycles() const noexcept { return cycles_; }

 private:
  strata::object_heap<counting> heap_;
  strata::cycle_collector cycles_;
};

}  // namespace lisp
