// Free slots as a stack of addresses beside them, and in each free slot its place on
// that stack: the fastest strategy. Neither take nor give waits for memory, and the
// slots themselves say exactly which of them are free.
//
//   stack  | slot 7 | slot 2 | slot 9 |   ...   |
//                                ^ top: is next
//   slot 9 | its place on the stack | ... |
//
//   memory  8 bytes a slot, beside the slots; a slot has at least the size of a pointer
//   take    O(1), reads no slot
//   give    O(1): one store into the slot
//   order   last in, first out; slots that nobody took yet come by address, and
//           their pages are not touched before
//
// The name is of Briggs and Torczon, An Efficient Representation for Sparse Sets, 1993.
#pragma once

#include <cstddef>
#include <cstdint>

#include <strata/base/detail/poison.hpp>
#include <strata/pool/detail/free_set.hpp>
#include <strata/pool/slot_strategy.hpp>

namespace strata {

/// Models slot_strategy. The first bytes of free slots are its own.
class sparse_set_slots {
 public:
  static constexpr std::size_t slot_bytes_min = sizeof(void*);
  static constexpr std::size_t slots_max = SIZE_MAX;
  static constexpr bool keeps_contents = false;

  [[nodiscard]] static constexpr std::size_t side_bytes(std::size_t count) noexcept {
    return detail::free_set::cells_for(count) * detail::free_set::cell_bytes;
  }

  template <class Area>
  void open(const Area& area, void* side) noexcept {
    free_.open(static_cast<std::byte**>(side), area.count);
    opened_ = 0;
  }

  template <class Area>
  [[nodiscard]] std::byte* take(const Area& area) noexcept {
    if (std::byte* const slot = free_.pop(); slot != nullptr) [[likely]] {
      return slot;
    }
    return take_sealed(area);
  }

  template <class Area>
  void give(const Area&, std::byte* slot) noexcept {
    free_.push(slot);
  }

  /// Returns: how many slots were ever taken; they are the first ones.
  [[nodiscard]] std::size_t opened() const noexcept { return opened_; }

  /// Returns: those of the opened slots that are free.
  [[nodiscard]] const detail::free_set& free() const noexcept { return free_; }
  [[nodiscard]] detail::free_set& free() noexcept { return free_; }

  /// Effects: from now on no slot was ever taken, for those who look after the end.
  void close() noexcept { const_cast<volatile std::size_t&>(opened_) = 0; }

 private:
  template <class Area>
  [[nodiscard, gnu::noinline]] std::byte* take_sealed(const Area& area) noexcept {
    if (free_.unseal()) {
      if (std::byte* const slot = free_.pop(); slot != nullptr) return slot;
    }
    return opened_ == area.count ? nullptr : area.address(opened_++);
  }

  detail::free_set free_;
  std::size_t opened_ = 0;
};

static_assert(slot_strategy<sparse_set_slots>);

}  // namespace strata
