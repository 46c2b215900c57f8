// Random numbers that are the same everywhere: SplitMix64 (Steele, Lea, Flood:
// Fast splittable pseudorandom number generators, OOPSLA 2014). No division and
// no table, so it hardly disturbs what is measured between two calls.
#pragma once

#include <cstdint>

namespace strata::bench {

class random_numbers {
 public:
  explicit constexpr random_numbers(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t next() noexcept {
    state_ += 0x9E37'79B9'7F4A'7C15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58'476D'1CE4'E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D0'49BB'1331'11EB;
    return mixed ^ (mixed >> 31);
  }

  // Below `limit`, which is at most 2^32.
  constexpr std::uint64_t below(std::uint64_t limit) noexcept {
    return ((next() >> 32) * limit) >> 32;
  }

 private:
  std::uint64_t state_;
};

}  // namespace strata::bench
