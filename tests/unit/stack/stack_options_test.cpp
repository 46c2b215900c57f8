// Options of stack pools that contradict themselves.
#include <strata/stack/stack_pool.hpp>

#include <gtest/gtest.h>

namespace strata::test {
namespace {

using problem = stack_config_problem;

void expect(const stack_pool_options& options, problem wanted, std::string_view option,
            std::string_view what) {
  const auto found = stack_pool::check(options);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->problem(), wanted);
  EXPECT_EQ(found->option(), option);
  EXPECT_STREQ(found->what(), what.data());
  EXPECT_THROW(stack_pool{options}, invalid_stack_config);
}

TEST(stack_options, the_defaults_and_the_bounds_are_valid) {
  EXPECT_FALSE(stack_pool::check({}));
  EXPECT_FALSE(stack_pool::check({.stack_bytes = 16'384, .guard_pages = 0, .prefault = 16'384}));
  EXPECT_FALSE(stack_pool::check({.stack_bytes = 8 << 20, .colours = 16, .group_stacks = 65'535}));
  EXPECT_FALSE(stack_pool::check({.limit = 655'360, .initial = 10, .maximum = 10}));
}

TEST(stack_options, each_contradiction_is_named) {
  expect({.stack_bytes = 16'383}, problem::stack_too_small, "stack_bytes",
         "stack_bytes: 16383 is less than 16384");
  expect({.stack_bytes = (8 << 20) + 1}, problem::stack_too_large, "stack_bytes",
         "stack_bytes: 8388609 is more than 8388608");
  expect({.guard_pages = 2049}, problem::guards_too_large, "guard_pages",
         "guard_pages: 2049 is more than 2048");
  expect({.prefault = 65'537}, problem::prefault_too_large, "prefault",
         "prefault: 65537 is more than stack_bytes, 65536");
  expect({.colours = 0}, problem::colours_out_of_range, "colours",
         "colours: 0 is not between 1 and 16");
  expect({.colours = 17}, problem::colours_out_of_range, "colours",
         "colours: 17 is not between 1 and 16");
  expect({.initial = 3, .maximum = 2}, problem::initial_over_maximum, "initial",
         "initial: 3 is more than the maximum of 2");
  expect({.limit = 100'000, .initial = 2}, problem::initial_over_limit, "initial",
         "initial: 2 stacks are more than the limit, in bytes, of 100000");
  expect({.maximum = 0}, problem::no_maximum, "maximum", "maximum: is 0");
  expect({.group_stacks = 0}, problem::group_out_of_range, "group_stacks",
         "group_stacks: 0 is not between 1 and 65535");
  expect({.group_stacks = 65'536}, problem::group_out_of_range, "group_stacks",
         "group_stacks: 65536 is not between 1 and 65535");
}

TEST(stack_options, large_stacks_come_in_small_groups) {
  stack_pool pool({.stack_bytes = 8 << 20});
  const stack one = pool.get();
  EXPECT_LE(pool.statistics().capacity * pool.statistics().stack_bytes, 64U << 20);
  pool.put(one);
}

}  // namespace
}  // namespace strata::test
