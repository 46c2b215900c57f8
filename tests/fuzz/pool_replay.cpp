// Plays every input of pool_corpus, and random ones that are the same each time, on
// every kind of pool. In all builds; new inputs are looked for by pool_fuzz.
#include <gtest/gtest.h>

#include <random>

#include "fuzz/corpus.hpp"
#include "fuzz/pool_kinds.hpp"
#include "support/sanitized.hpp"

namespace strata::test {
namespace {

void expect_plays(const fuzz_input& input, const std::string& name) {
  try {
    play_on_pools(input);
  } catch (const std::exception& difference) {
    ADD_FAILURE() << name << ": " << difference.what();
  }
}

TEST(pool_replay, corpus) {
  const auto inputs = corpus_in(STRATA_POOL_CORPUS);
  EXPECT_GE(inputs.size(), std::size(kinds_of_pools)) << "in " << STRATA_POOL_CORPUS;
  for (const auto& [name, input] : inputs) expect_plays(input, name);
}

TEST(pool_replay, random_inputs) {
  for (unsigned seed = 0; seed < scaled(1600) && !HasFailure(); ++seed) {
    std::mt19937 random(seed);
    fuzz_input input{static_cast<std::uint8_t>(seed)};
    for (unsigned i = 0; i < 60 + seed; ++i) input.push_back(static_cast<std::uint8_t>(random()));
    expect_plays(input, "seed " + std::to_string(seed));
  }
}

}  // namespace
}  // namespace strata::test
