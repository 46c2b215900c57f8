// Bitmaps of 64 bits a word, read a word at a time. Not for programs.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace strata::detail {

inline constexpr std::size_t bits_per_word = 64;

[[nodiscard]] constexpr std::size_t words_for(std::size_t bits) noexcept {
  return bits / bits_per_word + (bits % bits_per_word != 0 ? 1 : 0);
}

[[nodiscard]] constexpr std::uint64_t bit_of(std::size_t index) noexcept {
  return std::uint64_t{1} << index % bits_per_word;
}

[[nodiscard]] inline bool test_bit(const std::uint64_t* words, std::size_t index) noexcept {
  return (words[index / bits_per_word] >> index % bits_per_word & 1) != 0;
}

/// Returns: the bits of that word which stand for something, `count` being all.
[[nodiscard]] constexpr std::uint64_t mask_of_word(std::size_t word, std::size_t count) noexcept {
  const std::size_t rest = count - word * bits_per_word;
  return rest >= bits_per_word ? ~std::uint64_t{0} : (std::uint64_t{1} << rest) - 1;
}

/// Returns: the first set bit at `from` or later; `count` when there is none.
[[nodiscard]] inline std::size_t find_set(const std::uint64_t* words, std::size_t count,
                                          std::size_t from) noexcept {
  if (from >= count) return count;
  std::size_t word = from / bits_per_word;
  std::uint64_t left = words[word] & ~std::uint64_t{0} << from % bits_per_word;
  while (left == 0) {
    if (++word == words_for(count)) return count;
    left = words[word];
  }
  const std::size_t found = word * bits_per_word + static_cast<std::size_t>(std::countr_zero(left));
  return found < count ? found : count;
}

/// Effects: calls `visit(index)` for each bit that is set, upwards. The visitor may
///   change bits; those ahead are seen as they are when their turn comes.
template <class Visitor>
void for_each_bit(const std::uint64_t* words, std::size_t count, Visitor&& visit) {
  for (std::size_t word = 0; word < words_for(count); ++word) {
    const std::uint64_t mask = mask_of_word(word, count);
    for (std::uint64_t left = words[word] & mask; left != 0;) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(left));
      visit(word * bits_per_word + bit);
      left = words[word] & mask & (~std::uint64_t{1} << bit);
    }
  }
}

/// Returns: where the first `length` clear bits in a row begin, at `from` or later;
///   `count` when there are none. Steps over whole words where it can.
[[nodiscard]] inline std::size_t find_clear_run(const std::uint64_t* words, std::size_t count,
                                                std::size_t from, std::size_t length) noexcept {
  std::size_t begin = from;  // everything from here to `at` is clear
  for (std::size_t at = from; at - begin < length;) {
    if (at >= count) return count;
    const std::uint64_t rest = words[at / bits_per_word] >> at % bits_per_word;
    const std::size_t in_word = bits_per_word - at % bits_per_word;
    const auto clear = static_cast<std::size_t>(std::countr_zero(rest));
    if (clear != 0) {
      at += clear < in_word ? clear : in_word;
    } else {
      at += static_cast<std::size_t>(std::countr_one(rest));
      begin = at;
    }
  }
  return begin + length <= count ? begin : count;
}

}  // namespace strata::detail
