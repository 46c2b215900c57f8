#include <strata/adaptor/failing.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

using test::strict_upstream;

// Which of the first `count` requests are refused, counted from 1.
std::vector<int> refused_of(failing<>& resource, int count) {
  std::vector<int> refused;
  for (int i = 1; i <= count; ++i) {
    void* const block = resource.try_allocate(8);
    if (block == nullptr) refused.push_back(i);
    resource.deallocate(block, 8);
  }
  return refused;
}

TEST(failing, refuses_none_unless_asked_to) {
  strict_upstream upstream;
  failing<> resource(upstream);
  EXPECT_TRUE(refused_of(resource, 1000).empty());
  EXPECT_EQ(resource.requests(), 1000u);
  EXPECT_EQ(resource.refusals(), 0u);
}

TEST(failing, refuses_exactly_the_nth) {
  strict_upstream upstream;
  for (int n = 1; n <= 20; ++n) {
    failing<> resource(upstream, {.nth = static_cast<std::uint64_t>(n)});
    EXPECT_EQ(refused_of(resource, 50), std::vector{n});
    EXPECT_EQ(resource.refusals(), 1u);
  }
}

TEST(failing, refuses_every_nth) {
  strict_upstream upstream;
  failing<> resource(upstream, {.every = 4});
  EXPECT_EQ(refused_of(resource, 13), (std::vector{4, 8, 12}));
  resource.restart({.every = 1});
  EXPECT_EQ(refused_of(resource, 3), (std::vector{1, 2, 3}));
}

TEST(failing, choices_combine) {
  strict_upstream upstream;
  failing<> resource(upstream, {.nth = 3, .every = 5});
  EXPECT_EQ(refused_of(resource, 11), (std::vector{3, 5, 10}));
}

TEST(failing, refuses_with_the_probability_and_by_the_seed) {
  strict_upstream upstream;
  failing<> resource(upstream, {.probability = 0.1, .seed = 7});
  const std::vector<int> refused = refused_of(resource, 10'000);
  EXPECT_GT(refused.size(), 900u);
  EXPECT_LT(refused.size(), 1100u);
  resource.restart({.probability = 0.1, .seed = 7});
  EXPECT_EQ(refused_of(resource, 10'000), refused);
  resource.restart({.probability = 0.1, .seed = 8});
  EXPECT_NE(refused_of(resource, 10'000), refused);
}

TEST(failing, the_ends_of_probability_are_never_and_always) {
  strict_upstream upstream;
  failing<> resource(upstream, {.probability = 0});
  EXPECT_TRUE(refused_of(resource, 1000).empty());
  resource.restart({.probability = 1});
  EXPECT_EQ(refused_of(resource, 1000).size(), 1000u);
}

TEST(failing, refuses_by_exception_without_asking_the_upstream) {
  strict_upstream upstream;
  failing<> resource(upstream, {.nth = 1});
  try {
    static_cast<void>(resource.allocate(8));
    FAIL();
  } catch (const out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "failing");
    EXPECT_EQ(refusal.bytes(), 8u);
  }
  EXPECT_EQ(upstream.requests(), 0u);
}

TEST(failing, what_the_upstream_refuses_is_not_its_refusal) {
  strict_upstream upstream;
  upstream.refuses = true;
  failing<> resource(upstream);
  EXPECT_EQ(resource.try_allocate(8), nullptr);
  EXPECT_EQ(resource.requests(), 1u);
  EXPECT_EQ(resource.refusals(), 0u);
}

TEST(failing, a_probability_that_is_none_ends_the_program) {
  strict_upstream upstream;
  EXPECT_DEATH(failing<>(upstream, {.probability = 5}),
               "bad probability: a failing resource was given 5, which is not between 0 and 1");
  EXPECT_DEATH(failing<>(upstream, {.probability = -0.5}), "bad probability");
  EXPECT_DEATH(failing<>(upstream, {.probability = std::numeric_limits<double>::quiet_NaN()}),
               "bad probability: a failing resource was given nan");
}

}  // namespace
}  // namespace strata
