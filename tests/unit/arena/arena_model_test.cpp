// Random operations on arenas, checkpoints above all, next to a model; see
// fuzz/arena_player.hpp. tests/fuzz/arena_fuzz.cpp looks for others.
#include <strata/arena/arena.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "fuzz/arena_player.hpp"
#include "support/sanitized.hpp"

namespace strata::test {
namespace {

// Sizes are mostly small, as in life.
std::vector<std::uint8_t> random_input(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint8_t> input;
  for (std::size_t i = 0; i < 100 + seed % 900; ++i) {
    const std::uint64_t dice = random();
    input.push_back(static_cast<std::uint8_t>(dice));
    input.push_back(static_cast<std::uint8_t>(dice >> 8));
    input.push_back(static_cast<std::uint8_t>(dice >> 16));
    input.push_back(static_cast<std::uint8_t>((dice >> 32) % 8 != 0 ? 0 : dice >> 24));
  }
  return input;
}

template <class Arena>
void play_all() {
  for (std::uint64_t seed = 0; seed < scaled(2000); ++seed) {
    try {
      arena_player<Arena>(seed % 2 * 100'000).play(random_input(seed));
    } catch (const std::exception& difference) {
      FAIL() << "seed " << seed << ", " << difference.what();
    }
  }
}

TEST(arena_model, random_operations_agree_with_the_model) { play_all<arena>(); }
TEST(arena_model, also_when_packed) { play_all<packed_arena>(); }
TEST(arena_model, also_when_packed_to_the_byte) { play_all<basic_arena<1>>(); }

}  // namespace
}  // namespace strata::test
