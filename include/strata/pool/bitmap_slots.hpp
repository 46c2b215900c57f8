// Free slots as clear bits: the least memory for strategies that leave free slots
// untouched, and the only one that finds neighbours.
//
//   word 0                word 1
//   | 1 1 1 1 ... 1 1 |   | 1 0 0 1 ... |
//                           ^ hint: no slot is free in a word before
//
//   memory  1 bit a slot, which also serves the pool to know what lives
//   take    the free slot with the lowest address: O(1) while the hint's word has
//           one, else a word for each 64 slots up to the next free one
//   give    O(1)
//   run     take_run(n): O(slots / 64 + n / 64) words, first fit
//
// Taking the lowest keeps objects together, so that later chunks become empty.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <strata/base/detail/bit_words.hpp>
#include <strata/pool/slot_strategy.hpp>

namespace strata {

/// Models run_slot_strategy and occupancy_strategy.
class bitmap_slots {
 public:
  static constexpr std::size_t slot_bytes_min = 1;
  static constexpr std::size_t slots_max = SIZE_MAX;
  static constexpr bool keeps_contents = true;

  [[nodiscard]] static constexpr std::size_t side_bytes(std::size_t count) noexcept {
    return detail::words_for(count) * sizeof(std::uint64_t);
  }

  template <class Area>
  void open(const Area& area, void* side) noexcept {
    taken_ = static_cast<std::uint64_t*>(side);
    hint_ = 0;
    // What lies behind the last slot counts as taken, so that no search ends there.
    for (std::size_t word = 0; word < detail::words_for(area.count); ++word) {
      taken_[word] = ~detail::mask_of_word(word, area.count);
    }
  }

  template <class Area>
  [[nodiscard]] std::byte* take(const Area& area) noexcept {
    for (; hint_ < detail::words_for(area.count); ++hint_) {
      std::uint64_t& word = taken_[hint_];
      if (word == ~std::uint64_t{0}) continue;
      const auto bit = static_cast<std::size_t>(std::countr_one(word));
      word |= word + 1;
      return area.address(hint_ * detail::bits_per_word + bit);
    }
    return nullptr;
  }

  template <class Area>
  [[nodiscard]] std::byte* take_run(const Area& area, std::size_t count) noexcept {
    if (count == 0 || hint_ == detail::words_for(area.count)) return nullptr;
    const std::size_t first =
        detail::find_clear_run(taken_, area.count, hint_ * detail::bits_per_word, count);
    if (first == area.count) return nullptr;
    for (std::size_t index = first; index < first + count; ++index) {
      taken_[index / detail::bits_per_word] |= detail::bit_of(index);
    }
    return area.address(first);
  }

  template <class Area>
  void give(const Area& area, std::byte* slot) noexcept {
    const std::size_t index = area.index(slot);
    const std::size_t word = index / detail::bits_per_word;
    taken_[word] &= ~detail::bit_of(index);
    if (word < hint_) hint_ = word;
  }

  [[nodiscard]] const std::uint64_t* taken_words() const noexcept { return taken_; }

 private:
  std::uint64_t* taken_ = nullptr;
  std::size_t hint_ = 0;  // in words
};

static_assert(run_slot_strategy<bitmap_slots>);
static_assert(occupancy_strategy<bitmap_slots>);

}  // namespace strata
