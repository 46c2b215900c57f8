// Words of 64 bits, and searches for runs of ones in them. A set bit means
// "free" wherever a tier keeps a bitmap, so that a search for memory is a
// search for ones.
//
//   bit     63 ........................ 2 1 0
//   word 0  [ granule 63 ... granule 1, granule 0 ]
//   word 1  [ granule 127 ......... granule 64    ]
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace strata::base {

using word = std::uint64_t;
inline constexpr std::size_t word_bits = 64;
inline constexpr word word_full = ~word{0};

// `count` ones starting at bit `first`; requires first + count <= 64.
[[nodiscard]] constexpr word bit_run(std::size_t first, std::size_t count) noexcept {
  return count == 0 ? 0 : (word_full >> (word_bits - count)) << first;
}

// Bits from which a run of `count` ones starts inside the word; 1 <= count <= 64.
// Doubling: after each step a set bit stands for a run of `have` ones above it.
[[nodiscard]] constexpr word run_starts(word bits, std::size_t count) noexcept {
  for (std::size_t have = 1; have < count && bits != 0;) {
    const std::size_t step = have < count - have ? have : count - have;
    bits &= bits >> step;
    have += step;
  }
  return bits;
}

// Position of the lowest run of `count` ones, or 64 when there is none.
[[nodiscard]] constexpr std::size_t find_run(word bits, std::size_t count) noexcept {
  return static_cast<std::size_t>(std::countr_zero(run_starts(bits, count)));
}

// A view of `words` that are owned elsewhere, with operations that cross word
// boundaries. Not synchronised.
class bitmap_view {
 public:
  constexpr bitmap_view(word* words, std::size_t bits) noexcept : words_(words), bits_(bits) {}

  [[nodiscard]] constexpr std::size_t size() const noexcept { return bits_; }

  [[nodiscard]] constexpr bool test(std::size_t bit) const noexcept {
    return (words_[bit / word_bits] >> (bit % word_bits) & 1) != 0;
  }

  constexpr void set(std::size_t first, std::size_t count) noexcept {
    for_each_word(first, count, [](word& target, word mask) { target |= mask; });
  }

  constexpr void clear(std::size_t first, std::size_t count) noexcept {
    for_each_word(first, count, [](word& target, word mask) { target &= ~mask; });
  }

  [[nodiscard]] constexpr bool all_set(std::size_t first, std::size_t count) const noexcept {
    bool all = true;
    for_each_word(first, count,
                  [&](word& target, word mask) { all = all && (target & mask) == mask; });
    return all;
  }

  [[nodiscard]] constexpr bool none_set(std::size_t first, std::size_t count) const noexcept {
    bool none = true;
    for_each_word(first, count,
                  [&](word& target, word mask) { none = none && (target & mask) == 0; });
    return none;
  }

  [[nodiscard]] constexpr std::size_t count() const noexcept {
    std::size_t total = 0;
    for_each_word(0, bits_, [&](word& target, word mask) {
      total += static_cast<std::size_t>(std::popcount(target & mask));
    });
    return total;
  }

  // First set bit at or after `from`, or size().
  [[nodiscard]] constexpr std::size_t next_set(std::size_t from) const noexcept {
    return next(from, 0);
  }

  // First clear bit at or after `from`, or size().
  [[nodiscard]] constexpr std::size_t next_clear(std::size_t from) const noexcept {
    return next(from, word_full);
  }

  // Lowest run of `count` ones in [from, size()) whose start plus `phase` is a
  // multiple of `alignment` bits; size() when there is none. Requires
  // alignment a power of two.
  [[nodiscard]] constexpr std::size_t find_aligned_run(std::size_t from, std::size_t count,
                                                       std::size_t alignment,
                                                       std::size_t phase) const noexcept {
    for (std::size_t start = next_set(from); start < bits_; start = next_set(start)) {
      start = ((start + phase + alignment - 1) & ~(alignment - 1)) - phase;
      if (start >= bits_ || count > bits_ - start) break;
      const std::size_t end = next_clear(start);
      if (end - start >= count) return start;
      start = end > start ? end : start + 1;
    }
    return bits_;
  }

 private:
  template <class Operation>
  constexpr void for_each_word(std::size_t first, std::size_t count, Operation operation) const {
    while (count != 0) {
      const std::size_t bit = first % word_bits;
      const std::size_t here = count < word_bits - bit ? count : word_bits - bit;
      operation(words_[first / word_bits], bit_run(bit, here));
      first += here;
      count -= here;
    }
  }

  // First bit at or after `from` that is set once the word is xored with `flip`.
  [[nodiscard]] constexpr std::size_t next(std::size_t from, word flip) const noexcept {
    while (from < bits_) {
      const word rest = (words_[from / word_bits] ^ flip) >> (from % word_bits);
      if (rest != 0) {
        const std::size_t found = from + static_cast<std::size_t>(std::countr_zero(rest));
        return found < bits_ ? found : bits_;
      }
      from = (from / word_bits + 1) * word_bits;
    }
    return bits_;
  }

  word* words_;
  std::size_t bits_;
};

}  // namespace strata::base
