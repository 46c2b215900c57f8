// Random numbers that are the same everywhere, which those of <random> are not
// once they went through a distribution. The generator is SplitMix64, which
// passes the usual tests and costs a few cycles.
#pragma once

#include <cstddef>
#include <cstdint>

namespace strata::suite {

// A bijection that spreads every bit over all others.
[[nodiscard]] constexpr std::uint64_t scrambled(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

class random_numbers {
 public:
  explicit constexpr random_numbers(std::uint64_t seed) : state_(scrambled(seed)) {}

  constexpr std::uint64_t next() { return scrambled(state_ += 0x9e3779b97f4a7c15U); }

  // Of [0, end), with a bias that does not matter below 2^32; end > 0.
  constexpr std::size_t below(std::size_t end) { return ((next() >> 32) * end) >> 32; }

  // Of [first, last].
  constexpr std::size_t between(std::size_t first, std::size_t last) {
    return first + below(last - first + 1);
  }

  constexpr bool chance(std::size_t percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

// Folds values into one, sensitive to their order. Sums of checksums are not,
// which is how threads add theirs.
class checksum {
 public:
  constexpr void add(std::uint64_t value) { state_ = scrambled(state_ + value + 1); }
  [[nodiscard]] constexpr std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace strata::suite
