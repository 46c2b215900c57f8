// Free slots as a stack of numbers beside them: the free slots stay untouched,
// so that they may keep what was in them.
//
//   numbers  | 7 | 2 | 9 |   ...   |
//                      ^ top: slot 9 is next
//
//   memory  4 bytes a slot, beside the slots
//   take    O(1), reads no slot
//   give    O(1), writes no slot
//   order   last in, first out; slots that nobody took yet come by address
#pragma once

#include <cstddef>
#include <cstdint>

#include <strata/pool/slot_strategy.hpp>

namespace strata {

/// Models slot_strategy, and leaves the bytes of free slots alone.
class stack_slots {
 public:
  static constexpr std::size_t slot_bytes_min = 1;
  static constexpr std::size_t slots_max = UINT32_MAX;
  static constexpr bool keeps_contents = true;

  [[nodiscard]] static constexpr std::size_t side_bytes(std::size_t count) noexcept {
    return count * sizeof(std::uint32_t);
  }

  template <class Area>
  void open(const Area&, void* side) noexcept {
    numbers_ = static_cast<std::uint32_t*>(side);
    top_ = 0;
    fresh_ = 0;
  }

  template <class Area>
  [[nodiscard]] std::byte* take(const Area& area) noexcept {
    if (top_ != 0) [[likely]] {
      return area.address(numbers_[--top_]);
    }
    return fresh_ == area.count ? nullptr : area.address(fresh_++);
  }

  template <class Area>
  void give(const Area& area, std::byte* slot) noexcept {
    numbers_[top_++] = static_cast<std::uint32_t>(area.index(slot));
  }

 private:
  std::uint32_t* numbers_ = nullptr;
  std::size_t top_ = 0;    // so many numbers are on the stack
  std::size_t fresh_ = 0;  // slots before it were taken at least once
};

static_assert(slot_strategy<stack_slots>);

}  // namespace strata
