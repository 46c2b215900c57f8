// Plays every input of the corpus, and a few random ones that are the same each
// time. In all builds; new inputs are looked for by heap_fuzz.
#include <gtest/gtest.h>

#include <random>

#include "fuzz/corpus.hpp"
#include "fuzz/heap_player.hpp"
#include "support/sanitized.hpp"

namespace strata::test {
namespace {

// Sizes that people ask for are mostly small; uniform bytes would not be.
[[nodiscard]] fuzz_input random_input(std::uint64_t seed, std::size_t operations) {
  std::mt19937_64 random(seed);
  fuzz_input input;
  for (std::size_t i = 0; i < operations; ++i) {
    const std::uint64_t dice = random();
    input.push_back(static_cast<std::uint8_t>(dice));
    input.push_back(static_cast<std::uint8_t>(dice >> 8));
    input.push_back(static_cast<std::uint8_t>(dice >> 16));
    input.push_back(static_cast<std::uint8_t>(dice >> 24));
    const std::uint64_t shift = dice >> 40 & 3 ? dice >> 42 & 3 : dice >> 42 & 15;
    input.push_back(static_cast<std::uint8_t>((dice >> 32 & 15) | shift << 4));
  }
  return input;
}

void expect_plays(const fuzz_input& input, const std::string& name) {
  try {
    heap_player player;
    player.play(input);
  } catch (const std::exception& difference) {
    std::string story;
    for (const operation& what : decode(input)) story += describe(what) + "\n";
    ADD_FAILURE() << name << ": " << difference.what() << "\n" << story.substr(0, 4000);
  }
}

TEST(fuzz_replay, corpus) {
  const auto inputs = corpus_in(STRATA_FUZZ_CORPUS);
  EXPECT_GE(inputs.size(), 8u) << "in " << STRATA_FUZZ_CORPUS;
  for (const auto& [name, input] : inputs) expect_plays(input, name);
}

TEST(fuzz_replay, random_inputs) {
  for (std::uint64_t seed = 0; seed < scaled(500) && !HasFailure(); ++seed) {
    expect_plays(random_input(seed, 50 + seed % 400), "seed " + std::to_string(seed));
  }
}

TEST(fuzz_replay, sizes_reach_from_nothing_to_the_impossible) {
  EXPECT_EQ(decode_size(0, 0), 0u);
  EXPECT_EQ(decode_size(0xff, 0x0f), 4095u);
  EXPECT_EQ(decode_size(1, 0x10), 2u);
  EXPECT_GT(decode_size(0, 0xe0), std::size_t{PTRDIFF_MAX});
  EXPECT_EQ(decode_size(0, 0xf0), SIZE_MAX);
}

}  // namespace
}  // namespace strata::test
