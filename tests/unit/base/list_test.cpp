// The intrusive list against std::list, with removal from anywhere.
#include "base/list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <list>
#include <random>
#include <vector>

namespace strata::base {
namespace {

struct thing {
  int number = 0;
  list_links<thing> by_age;
  list_links<thing> by_size;
};

using age_list = list<thing, &thing::by_age>;
using size_list = list<thing, &thing::by_size>;

std::vector<thing*> forward(const age_list& things) {
  std::vector<thing*> seen;
  for (thing* each = things.front(); each != nullptr; each = age_list::next(*each)) {
    seen.push_back(each);
  }
  return seen;
}

TEST(list, is_empty_at_first) {
  age_list things;
  EXPECT_TRUE(things.empty());
  EXPECT_EQ(things.front(), nullptr);
  EXPECT_EQ(things.pop_front(), nullptr);
  EXPECT_EQ(things.size(), 0u);
  EXPECT_TRUE(things.invariant());
}

TEST(list, keeps_both_orders) {
  thing a, b, c;
  age_list things;
  things.push_back(b);
  things.push_back(c);
  things.push_front(a);
  EXPECT_EQ(forward(things), (std::vector{&a, &b, &c}));
  EXPECT_EQ(things.pop_front(), &a);
  EXPECT_EQ(things.pop_front(), &b);
  EXPECT_EQ(things.pop_front(), &c);
  EXPECT_TRUE(things.empty());
}

TEST(list, an_element_can_be_in_two_lists) {
  thing a, b;
  age_list old;
  size_list big;
  old.push_back(a);
  old.push_back(b);
  big.push_front(a);
  old.remove(a);
  EXPECT_EQ(old.front(), &b);
  EXPECT_EQ(big.front(), &a);
  EXPECT_EQ(a.by_age.next, nullptr);
}

TEST(list, invariant_sees_a_torn_link) {
  thing a, b;
  age_list things;
  things.push_back(a);
  things.push_back(b);
  b.by_age.previous = nullptr;
  EXPECT_FALSE(things.invariant());
}

TEST(list, agrees_with_a_standard_list) {
  std::array<thing, 24> pool;
  std::vector<bool> inside(pool.size(), false);
  std::list<thing*> model;
  age_list things;
  std::mt19937 random(7);
  for (int step = 0; step < 5000; ++step) {
    const std::size_t which = random() % pool.size();
    thing& one = pool[which];
    if (inside[which]) {
      things.remove(one);
      model.remove(&one);
    } else if (random() % 2 == 0) {
      things.push_back(one);
      model.push_back(&one);
    } else {
      things.push_front(one);
      model.push_front(&one);
    }
    inside[which] = !inside[which];
    ASSERT_TRUE(things.invariant());
    ASSERT_EQ(things.size(), model.size());
    ASSERT_TRUE(std::ranges::equal(forward(things), model));
  }
}

}  // namespace
}  // namespace strata::base
