#include "heap/segment.hpp"

#include <gtest/gtest.h>

namespace strata::core {
namespace {

TEST(segment_of_granules, warm_granules_are_chosen_before_cold_ones) {
  segment home;
  home.owned = home.free = base::word_full;
  EXPECT_EQ(choose_granules(home, 1), 0u);
  home.dirty = base::bit_run(40, 3);
  EXPECT_EQ(choose_granules(home, 1), 40u);
  EXPECT_EQ(choose_granules(home, 3), 40u);
  EXPECT_EQ(choose_granules(home, 4), 0u) << "no warm run is long enough";
}

TEST(segment_of_granules, what_does_not_fit_is_64) {
  segment home;
  home.owned = base::word_full;
  home.free = base::bit_run(10, 7);
  EXPECT_EQ(choose_granules(home, 7), 10u);
  EXPECT_EQ(choose_granules(home, 8), base::word_bits);
}

TEST(segment_of_granules, the_invariant_nests_the_bitmaps) {
  segment home;
  EXPECT_TRUE(home.invariant());
  home.heap = &home;
  EXPECT_FALSE(home.invariant()) << "a heap, but no granules";
  home.owned = base::bit_run(0, 10);
  home.free = base::bit_run(0, 5);
  home.dirty = base::bit_run(0, 2);
  EXPECT_TRUE(home.invariant());
  EXPECT_FALSE(home.empty());
  home.dirty = base::bit_run(5, 1);
  EXPECT_FALSE(home.invariant()) << "dirty, but not free";
  home.dirty = 0;
  home.free = base::bit_run(9, 2);
  EXPECT_FALSE(home.invariant()) << "free, but not owned";
  home.free = home.owned;
  EXPECT_TRUE(home.empty());
}

}  // namespace
}  // namespace strata::core
