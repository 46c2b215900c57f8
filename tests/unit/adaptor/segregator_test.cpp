#include <strata/adaptor/segregator.hpp>

#include <gtest/gtest.h>

#include <strata/heap/heap.hpp>

#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

using test::strict_upstream;

TEST(segregator, the_threshold_is_still_small) {
  strict_upstream small;
  strict_upstream large;
  segregator resource(small, large, 100);
  void* const at = resource.allocate(100, 32);
  void* const above = resource.allocate(101, 64);
  EXPECT_TRUE(small.owns(at));
  EXPECT_TRUE(large.owns(above));
  resource.deallocate(at, 100, 32);
  resource.deallocate(above, 101, 64);
  EXPECT_EQ(resource.threshold(), 100u);
}

TEST(segregator, each_refuses_for_itself) {
  strict_upstream small;
  strict_upstream large;
  segregator resource(small, large, 100);
  small.refuses = true;
  EXPECT_EQ(resource.try_allocate(10), nullptr);
  EXPECT_THROW(static_cast<void>(resource.allocate(10)), std::bad_alloc);
  EXPECT_EQ(large.requests(), 0u);
  resource.deallocate(resource.allocate(1000), 1000);
}

TEST(segregator, several_thresholds_are_segregators_over_segregators) {
  strict_upstream tiny;
  strict_upstream middle;
  strict_upstream huge;
  segregator upper(middle, huge, 1000);
  segregator resource(tiny, upper, 10);
  for (const std::size_t bytes : {0u, 10u, 11u, 1000u, 1001u}) {
    resource.deallocate(resource.allocate(bytes), bytes);
  }
  EXPECT_EQ(tiny.requests(), 2u);
  EXPECT_EQ(middle.requests(), 2u);
  EXPECT_EQ(huge.requests(), 1u);
}

TEST(segregator, owns_what_either_owns) {
  heap small({.name = "small"});
  heap large({.name = "large"});
  segregator resource(small, large, 100);
  static_assert(owning_resource<decltype(resource)>);
  static_assert(!owning_resource<segregator<>>);
  void* const one = resource.allocate(1);
  void* const other = resource.allocate(1000);
  EXPECT_TRUE(resource.owns(one));
  EXPECT_TRUE(resource.owns(other));
  EXPECT_FALSE(resource.owns(&small));
  resource.deallocate(one, 1);
  resource.deallocate(other, 1000);
}

}  // namespace
}  // namespace strata
