// Contradictory options are values that say which and why, before anything is
// allocated; every option takes effect.
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/growing_pool.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

namespace strata {
namespace {

using problem = pool_config_problem;
using fixed = fixed_pool<double>;
using growing = growing_pool<double>;
using recycled = fixed_pool<double, recycling>;

struct no_default {
  explicit no_default(int) {}
};

template <class Pool>
void expect_problem(const pool_options<typename Pool::value_type>& options, problem expected,
                    const std::string& option, const std::string& part_of_text) {
  const auto error = Pool::check(options);
  ASSERT_TRUE(error) << option;
  EXPECT_EQ(error->problem(), expected) << error->what();
  EXPECT_EQ(error->option(), option) << error->what();
  EXPECT_EQ(std::string(error->what()).rfind(option + ": ", 0), 0u) << error->what();
  EXPECT_NE(std::string(error->what()).find(part_of_text), std::string::npos) << error->what();

  auto nothing = options;
  if (options.parent == nullptr) nothing.upstream = std::pmr::null_memory_resource();
  EXPECT_THROW(Pool pool(nothing), invalid_pool_config) << "before anything is allocated";
}

TEST(pool_config, capacities_that_cannot_be) {
  expect_problem<fixed>({}, problem::no_capacity, "capacity", "number of its slots");
  expect_problem<fixed>({.capacity = SIZE_MAX / 4}, problem::capacity_too_large, "capacity",
                        "4611686018427387903");
  expect_problem<growing>({.capacity = SIZE_MAX / 4}, problem::capacity_too_large, "capacity",
                          "more than");
  expect_problem<growing>({.capacity = 11, .maximum = 10}, problem::capacity_over_maximum,
                          "capacity", "11 is more than the maximum of 10");
  expect_problem<fixed>({.limit = 79, .capacity = 10}, problem::capacity_over_limit, "capacity",
                        "limit of 79");
}

TEST(pool_config, growth_that_cannot_be) {
  expect_problem<fixed>({.capacity = 1, .maximum = 10}, problem::fixed_cannot_grow, "maximum",
                        "growing_pool");
  expect_problem<fixed>({.capacity = 1, .growth = pool_growth::linear(1)},
                        problem::fixed_cannot_grow, "growth", "growing_pool");
  expect_problem<fixed>({.capacity = 1, .retain = 1}, problem::fixed_cannot_grow, "retain",
                        "growing_pool");
  for (const pool_growth& none :
       {pool_growth::linear(0), pool_growth::exponential(1), pool_growth::exponential(-3),
        pool_growth::exponential(std::nan("")), pool_growth::exponential(2, 0),
        pool_growth::custom(nullptr)}) {
    expect_problem<growing>({.growth = none}, problem::no_growth, "growth", "needs a step");
  }
  expect_problem<growing>({.capacity = 10, .maximum = 10, .growth = pool_growth::linear(5)},
                          problem::nothing_to_grow, "growth", "maximum of 10");
}

TEST(pool_config, alignments_that_cannot_be) {
  expect_problem<fixed>({.capacity = 1, .alignment = 48}, problem::alignment_no_power, "alignment",
                        "48 is no power of two");
  expect_problem<fixed>({.capacity = 1, .alignment = 4}, problem::alignment_too_weak, "alignment",
                        "4 is less than the 8");
  expect_problem<growing>({.alignment = 65536}, problem::alignment_too_strong, "alignment",
                          "65536 is more than 32768");
}

TEST(pool_config, accounts_that_would_not_be) {
  const account parent({.name = "parent"});
  expect_problem<fixed>(
      {.parent = &parent, .capacity = 1, .upstream = std::pmr::new_delete_resource()},
      problem::parent_unused, "parent", "name or a limit");
}

TEST(pool_config, objects_that_are_not_kept) {
  expect_problem<fixed>({.capacity = 1, .pre_initialise = true}, problem::needs_recycling,
                        "pre_initialise", "strata::recycling");
  expect_problem<fixed>({.capacity = 1, .initialiser = [] { return 1.0; }},
                        problem::needs_recycling, "initialiser", "strata::recycling");
  expect_problem<fixed>({.capacity = 1, .reset = [](double&) {}}, problem::needs_recycling, "reset",
                        "strata::recycling");
  expect_problem<fixed>({.capacity = 1, .drop = drop_strategy::keep}, problem::needs_recycling,
                        "drop", "strata::recycling");
  expect_problem<recycled>({.capacity = 1, .reset = [](double&) {}}, problem::reset_unused, "reset",
                           "drop_strategy::keep");
  expect_problem<recycled>({.capacity = 1, .pre_initialise = true}, problem::pre_initialise_dropped,
                           "pre_initialise", "drop_strategy::keep");
  expect_problem<fixed_pool<no_default, recycling>>({.capacity = 1}, problem::no_initialiser,
                                                    "initialiser", "default constructor");
}

TEST(pool_config, the_builder_gives_options_or_the_error) {
  const auto wrong = pool_builder<growing>().name("w").capacity(5).maximum(4).build();
  ASSERT_TRUE(std::holds_alternative<pool_config_error>(wrong));
  EXPECT_EQ(std::get<pool_config_error>(wrong).problem(), problem::capacity_over_maximum);

  const account parent({.name = "parent"});
  const auto right = pool_builder<growing_pool<double, recycling>>()
                         .name("built")
                         .limit(1 << 20)
                         .parent(parent)
                         .capacity(5)
                         .maximum(9)
                         .growth(pool_growth::linear(2))
                         .retain(3)
                         .alignment(64)
                         .pre_initialise()
                         .initialiser([] { return 2.5; })
                         .reset([](double& value) { value = 0; })
                         .drop(drop_strategy::keep)
                         .upstream(*std::pmr::new_delete_resource())
                         .build();
  ASSERT_TRUE(std::holds_alternative<pool_options<double>>(right));
  const auto& options = std::get<pool_options<double>>(right);
  EXPECT_EQ(options.retain, 3u);
  growing_pool<double, recycling> pool(options);
  EXPECT_EQ(pool.name(), "built");
  EXPECT_EQ(pool.capacity(), 5u);
  EXPECT_EQ(pool.maximum(), 9u);
  EXPECT_EQ(pool.account()->parent(), parent);
  EXPECT_EQ(pool.account()->limit(), std::size_t{1} << 20);
  double& value = pool.allocate();
  EXPECT_EQ(value, 2.5);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&value) % 64, 0u);
  pool.release(&value);
  EXPECT_EQ(pool.allocate(), 0.0);
}

TEST(pool_config, the_exception_carries_the_error) {
  try {
    fixed pool(pool_options<double>{});
    FAIL();
  } catch (const invalid_pool_config& refused) {
    EXPECT_EQ(refused.error().problem(), problem::no_capacity);
    EXPECT_STREQ(refused.what(), refused.error().what());
  }
}

TEST(pool_config, alignment_is_that_of_the_first_slot) {
  for (const std::size_t alignment : {64u, 4096u, 65536u}) {
    fixed pool({.capacity = 3, .alignment = alignment});
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pool.try_emplace(1)) % alignment, 0u);
  }
  growing pool({.growth = pool_growth::linear(2), .alignment = 4096});
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pool.try_emplace(1)) % 4096, 0u);
  (void)pool.emplace(2);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pool.try_emplace(3)) % 4096, 0u);
}

TEST(pool_config, a_limit_bounds_and_the_account_has_the_name) {
  growing pool({.name = "narrow", .limit = 256 << 10});
  std::size_t count = 0;
  while (pool.try_emplace(1.0) != nullptr) ++count;
  EXPECT_GT(count, 1000u);
  EXPECT_LE(pool.account()->usage(), std::size_t{256} << 10);
  EXPECT_GE(pool.account()->usage(), pool.held_bytes());
  try {
    pool.emplace(1.0);
    FAIL();
  } catch (const pool_exhausted&) {
    FAIL() << "memory was refused, not slots";
  } catch (const out_of_memory& refused) {
    EXPECT_EQ(refused.account_name(), "narrow");
  }
  bool found = false;
  visit_accounts([&](const account_info& each) { found = found || each.name == "narrow"; });
  EXPECT_TRUE(found) << "accounts show every pool by name";
}

TEST(pool_config, over_an_upstream_a_name_or_limit_makes_an_account) {
  fixed silent({.capacity = 4, .upstream = std::pmr::new_delete_resource()});
  EXPECT_FALSE(silent.account());
  {
    fixed named({.name = "named", .capacity = 4, .upstream = std::pmr::new_delete_resource()});
    ASSERT_TRUE(named.account());
    EXPECT_EQ(named.account()->usage(), named.held_bytes());
  }
  EXPECT_THROW(fixed({.limit = 8 * 4, .capacity = 4, .upstream = std::pmr::new_delete_resource()}),
               out_of_memory)
      << "the bits beside the slots count too";
}

}  // namespace
}  // namespace strata
