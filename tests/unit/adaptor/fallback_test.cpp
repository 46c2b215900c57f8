#include <strata/adaptor/fallback.hpp>

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include <strata/adaptor/limited.hpp>
#include <strata/heap/heap.hpp>

#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

using test::strict_upstream;

class fallback_test : public testing::Test {
 protected:
  heap near_heap_{{.name = "near"}};
  limited<heap> near_{near_heap_, 1000, "near"};
  strict_upstream far_;
  fallback<limited<heap>> resource_{near_, far_};
};

TEST_F(fallback_test, asks_the_second_only_when_the_first_refuses) {
  void* const first = resource_.allocate(800);
  EXPECT_EQ(far_.requests(), 0u);
  void* const second = resource_.allocate(300);
  EXPECT_EQ(far_.requests(), 1u);
  EXPECT_TRUE(near_.owns(first));
  EXPECT_TRUE(far_.owns(second));
  resource_.deallocate(second, 300);
  resource_.deallocate(first, 800);
  EXPECT_EQ(near_.used(), 0u);
}

TEST_F(fallback_test, frees_to_the_one_it_came_from_in_any_order) {
  std::mt19937 random(7);
  std::vector<std::pair<void*, std::size_t>> blocks;
  for (int i = 0; i < 200; ++i) {
    const std::size_t bytes = 1 + random() % 60;
    blocks.emplace_back(resource_.allocate(bytes), bytes);
  }
  EXPECT_GT(near_.used(), 900u);
  EXPECT_GT(far_.live().size(), 100u);
  std::shuffle(blocks.begin(), blocks.end(), random);
  for (const auto& [block, bytes] : blocks) resource_.deallocate(block, bytes);
  EXPECT_EQ(near_.used(), 0u);
  EXPECT_EQ(near_heap_.statistics().live, 0u);
  EXPECT_TRUE(far_.live().empty());
}

TEST_F(fallback_test, what_both_refuse_is_refused_by_the_second) {
  far_.refuses = true;
  EXPECT_EQ(resource_.try_allocate(2000), nullptr);
  EXPECT_THROW(static_cast<void>(resource_.allocate(2000)), std::bad_alloc);
  EXPECT_EQ(near_.used(), 0u);
}

TEST_F(fallback_test, owns_what_either_owns) {
  static_assert(!owning_resource<decltype(resource_)>);
  heap other({.name = "other"});
  fallback both(near_, other);
  static_assert(owning_resource<decltype(both)>);
  void* const first = both.allocate(900);
  void* const second = both.allocate(900);
  EXPECT_TRUE(both.owns(first));
  EXPECT_TRUE(both.owns(second));
  EXPECT_FALSE(both.owns(&both));
  both.deallocate(first, 900);
  both.deallocate(second, 900);
}

TEST_F(fallback_test, fallbacks_nest) {
  heap other({.name = "other"});
  limited middle(other, 500, "middle");
  fallback inner(near_, middle);
  fallback outer(inner, far_);
  std::vector<void*> blocks;
  for (int i = 0; i < 40; ++i) blocks.push_back(outer.allocate(50));
  EXPECT_EQ(near_.used(), 1000u);
  EXPECT_EQ(middle.used(), 500u);
  EXPECT_EQ(far_.live().size(), 10u);
  for (void* const block : blocks) outer.deallocate(block, 50);
  EXPECT_EQ(near_.used() + middle.used(), 0u);
}

}  // namespace
}  // namespace strata
