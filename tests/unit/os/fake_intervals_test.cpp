// The set of intervals against a set of single numbers, which is obviously right.
#include "os/fake_intervals.hpp"

#include <gtest/gtest.h>

#include <bitset>
#include <random>

namespace strata::os {
namespace {

constexpr std::size_t space = 40;

void expect_same(const interval_set& set, const std::bitset<space>& model) {
  ASSERT_EQ(set.bytes(), model.count());
  for (std::size_t begin = 0; begin < space; ++begin) {
    bool all = true;
    bool any = false;
    for (std::size_t end = begin + 1; end <= space; ++end) {
      all = all && model[end - 1];
      any = any || model[end - 1];
      ASSERT_EQ(set.contains(begin, end), all) << begin << " to " << end;
      ASSERT_EQ(set.intersects(begin, end), any) << begin << " to " << end;
    }
  }
}

TEST(interval_set, behaves_like_a_set_of_numbers) {
  std::mt19937 random(1);
  interval_set set;
  std::bitset<space> model;
  for (int step = 0; step < 3000; ++step) {
    std::size_t begin = random() % (space + 1);
    std::size_t end = random() % (space + 1);
    if (begin > end) std::swap(begin, end);
    const bool add = random() % 2 == 0;
    add ? set.add(begin, end) : set.remove(begin, end);
    for (std::size_t i = begin; i < end; ++i) model[i] = add;
    ASSERT_NO_FATAL_FAILURE(expect_same(set, model)) << "step " << step;
  }
}

TEST(interval_set, joins_neighbours) {
  interval_set set;
  set.add(0, 10);
  set.add(20, 30);
  set.add(10, 20);
  EXPECT_EQ(std::distance(set.begin(), set.end()), 1);
}

}  // namespace
}  // namespace strata::os
