// Random graphs under random changes, against reachability by brute force: whole
// collections, and steps of all sizes with changes in between.
#include <gtest/gtest.h>

#include <cstddef>

#include "graph_model.hpp"
#include "support/sanitized.hpp"

namespace strata {
namespace {

TEST(cycle_model, whole_collections_end_exactly_what_is_unreachable) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    test::graph_model model(seed, {.automatic = {.objects = 0}});
    const std::size_t rounds = test::scaled(400);
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < 100; ++i) model.mutate();
      model.expect_sound();
      model.collector().collect();
      model.expect_exact();
    }
    EXPECT_GT(model.collector().statistics().collected, 0u);
  }
}

// Steps as small as one object: changes fall between all phases of a round.
TEST(cycle_model, steps_between_changes_end_nothing_that_is_reachable) {
  std::size_t collected = 0;
  std::size_t resurrections = 0;
  for (unsigned seed = 11; seed <= 16; ++seed) {
    test::graph_model model(seed, {.automatic = {.objects = 0}});
    const std::size_t changes = 2000 + test::scaled(20'000);
    for (std::size_t i = 0; i < changes; ++i) {
      model.mutate();
      const std::size_t budget = model.any(20) == 0 ? 2000 : 1 + model.any(30);
      collected += model.collector().step({.objects = budget}).collected;
      if (i % 50 == 0) model.expect_sound();
      if (i % 1000 == 999) {
        model.collector().collect();
        model.expect_exact();
      }
    }
    resurrections += model.resurrections();
  }
  EXPECT_GT(collected, 100u) << "in steps, not at the end";
  EXPECT_GT(resurrections, 0u);
}

// The same where few objects end at once: what waits to end refers to others still.
TEST(cycle_model, steps_between_bounded_ends_end_nothing_that_is_reachable) {
  std::size_t collected = 0;
  std::size_t waited = 0;
  for (unsigned seed = 31; seed <= 34; ++seed) {
    test::graph_model model(seed, {.automatic = {.objects = 0}}, 2);
    const std::size_t changes = 2000 + test::scaled(20'000);
    for (std::size_t i = 0; i < changes; ++i) {
      model.mutate();
      waited += model.heap().pending();
      collected += model.collector().step({.objects = 1 + model.any(30)}).collected;
      if (i % 50 == 0) model.expect_sound();
    }
  }
  EXPECT_GT(collected, 100u);
  EXPECT_GT(waited, 0u);
}

// The same, with the collector running by itself as memory grows.
TEST(cycle_model, steps_by_themselves) {
  test::graph_model model(21, {.candidates = 10, .bytes = 1000, .automatic = {.objects = 50}});
  const std::size_t changes = 4000 + test::scaled(40'000);
  for (std::size_t i = 0; i < changes; ++i) {
    model.mutate();
    if (i % 100 == 0) model.expect_sound();
  }
  model.collector().collect();
  model.expect_exact();
  EXPECT_GT(model.collector().statistics().steps, 10u);
}

}  // namespace
}  // namespace strata
