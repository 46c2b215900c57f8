// The order of runs is fair: to places, and to who comes after whom.
#include "compare/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace strata::tool::compare {
namespace {

TEST(schedule, every_round_has_everybody_once) {
  for (std::size_t count = 1; count <= 9; ++count) {
    for (std::size_t round = 0; round < 3 * count; ++round) {
      std::vector<std::size_t> order = order_of_round(count, round);
      std::ranges::sort(order);
      for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(order.at(i), i);
      ASSERT_EQ(order.size(), count);
    }
  }
}

TEST(schedule, everybody_follows_everybody_else_equally_often) {
  for (std::size_t count = 2; count <= 9; ++count) {
    std::map<std::pair<std::size_t, std::size_t>, int> pairs;
    for (std::size_t round = 0; round < 2 * count; ++round) {
      const std::vector<std::size_t> order = order_of_round(count, round);
      for (std::size_t i = 1; i < count; ++i) ++pairs[{order[i - 1], order[i]}];
    }
    EXPECT_EQ(pairs.size(), count * (count - 1));
    for (const auto& [pair, times] : pairs) {
      EXPECT_EQ(times, 2) << count << ": " << pair.second << " after " << pair.first;
    }
  }
}

TEST(schedule, everybody_takes_every_place_equally_often) {
  for (std::size_t count = 2; count <= 9; ++count) {
    std::map<std::pair<std::size_t, std::size_t>, int> places;
    for (std::size_t round = 0; round < 2 * count; ++round) {
      const std::vector<std::size_t> order = order_of_round(count, round);
      for (std::size_t i = 0; i < count; ++i) ++places[{i, order[i]}];
    }
    for (const auto& [place, times] : places) EXPECT_EQ(times, 2);
  }
}

}  // namespace
}  // namespace strata::tool::compare
