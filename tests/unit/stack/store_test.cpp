// When stacks get pages and when they lose them, on the fake system.
#include "stack/store.hpp"

#include "unit/stack/fake_stacks.hpp"

namespace strata::test {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::size_t stack_bytes = 65'536;

TEST_F(stack_store_test, a_group_is_one_reservation_with_a_guard_for_each_stack_used) {
  fake_stacks stacks({.group_stacks = 16});
  const auto tops = stacks.take(16);
  EXPECT_EQ(os::counts().reserve, 1U);
  EXPECT_EQ(os::counts().commit, 1U);
  EXPECT_EQ(os::counts().install_guard, 17U) << "neighbours share the guard between them";
  EXPECT_EQ(stacks.statistics().mappings, 1U);
  stacks.give(tops);
  stacks.use(16);
  EXPECT_EQ(os::counts().install_guard, 17U);
}

TEST_F(stack_store_test, where_guards_are_protection_each_splits_the_mapping) {
  os::facts().guard = strata::os::guard_kind::protected_;
  fake_stacks stacks({.group_stacks = 16});
  stacks.use(16);
  EXPECT_EQ(stacks.statistics().mappings, 1U + 2 * 17U);
}

TEST_F(stack_store_test, without_guards_nothing_is_asked_for) {
  fake_stacks stacks({.guard_pages = 0, .group_stacks = 16});
  stacks.use(16);
  EXPECT_EQ(os::counts().install_guard, 0U);
}

TEST_F(stack_store_test, a_refused_guard_refuses_the_stack) {
  os::facts().guard = strata::os::guard_kind::none;
  fake_stacks stacks;
  EXPECT_EQ(stacks.take(), nullptr);
  EXPECT_EQ(stacks.statistics().refused, 1U);
  EXPECT_EQ(stacks->account().usage(), 0U);
}

TEST_F(stack_store_test, where_addresses_are_scarce_groups_become_smaller) {
  os::facts().address_space_limit = 20 * 68 * base::kib;
  fake_stacks stacks({.group_stacks = 256});
  const auto tops = stacks.take(16);
  EXPECT_NE(tops.back(), nullptr);
  EXPECT_GT(stacks.statistics().groups, 0U);
  stacks.give(tops);
}

TEST_F(stack_store_test, warm_stacks_cost_no_system_call) {
  fake_stacks stacks;
  stacks.use(100);
  const std::size_t before = os::calls();
  for (int round = 0; round < 10; ++round) stacks.use(100);
  EXPECT_EQ(os::calls(), before);
}

TEST_F(stack_store_test, over_the_budget_the_coldest_go_and_three_quarters_stay) {
  fake_stacks stacks({.idle_bytes = 100 * 4096});
  auto tops = stacks.take(101);
  for (void* top : tops) use_stack(top, 8);
  stacks.give(tops);
  EXPECT_EQ(stacks.statistics().idle, 75U);
  EXPECT_EQ(stacks.statistics().returned, 26U);
  EXPECT_EQ(stacks.statistics().held_bytes, 75 * stack_bytes);
  EXPECT_EQ(stacks->account().usage(), 75 * stack_bytes);
  EXPECT_EQ(stacks->residency().idle_bytes, 75U * 4096);
  EXPECT_EQ(stacks.take(), tops.back()) << "the hottest was not among them";
  stacks.give(tops.back());
}

TEST_F(stack_store_test, the_budget_counts_what_stacks_use_and_not_what_they_could) {
  fake_stacks stacks({.idle_bytes = 200 * 4096});
  auto tops = stacks.take(100);  // which could use 1600 pages
  for (void* top : tops) use_stack(top, 8);
  stacks.give(tops);
  EXPECT_EQ(stacks.statistics().returned, 0U);
  tops = stacks.take(100);
  for (void* top : tops) use_stack(top, 3 * 4096);
  stacks.give(tops);
  EXPECT_EQ(stacks.statistics().returned, 0U) << "not looked at before there are more";
  tops = stacks.take(140);
  for (void* top : tops) use_stack(top, 3 * 4096);
  stacks.give(tops);
  EXPECT_GT(stacks.statistics().returned, 0U);
  EXPECT_LE(stacks->residency().idle_bytes, 200U * 4096);
}

TEST_F(stack_store_test, a_budget_of_nothing_returns_every_stack_at_once) {
  fake_stacks stacks({.idle_bytes = 0});
  const auto tops = stacks.take(3);
  for (void* top : tops) use_stack(top, 8);
  stacks.give(tops);
  EXPECT_EQ(stacks.statistics().idle, 0U);
  EXPECT_EQ(stacks->residency().total_bytes(), 0U);
}

TEST_F(stack_store_test, a_tick_returns_what_nobody_needed_since_the_last) {
  fake_stacks stacks;
  stacks.use(100);
  os::advance_ns(second);
  EXPECT_EQ(stacks->tick(), 0U) << "all were needed";
  stacks.use(3);
  os::advance_ns(second / 2);
  EXPECT_EQ(stacks->tick(), 0U) << "too early";
  os::advance_ns(second / 2);
  EXPECT_GE(stacks->tick(), 100U - 64) << "but for those that the floor's steps cover";
  EXPECT_GE(stacks.statistics().idle, 3U);
  os::advance_ns(second);
  stacks->tick();
  EXPECT_EQ(stacks.statistics().idle, 0U);
  EXPECT_EQ(stacks->residency().total_bytes(), 0U);
  EXPECT_EQ(stacks->account().usage(), 0U);
}

TEST_F(stack_store_test, a_tick_returns_what_lies_deep_in_those_that_are_needed) {
  fake_stacks stacks({.keep_bytes = 8192});
  void* const top = stacks.take();
  use_stack(top, 40'000);
  EXPECT_EQ(stacks->depth(top), 40'960U);
  stacks.give(top);
  os::advance_ns(second);
  stacks->tick();
  EXPECT_EQ(stacks.statistics().idle, 1U);
  EXPECT_EQ(stacks->residency().idle_bytes, 8192U);
  EXPECT_EQ(stacks.statistics().deepest, 40'960U);
}

TEST_F(stack_store_test, trim_returns_all_idle_stacks_and_groups_that_are_cold) {
  fake_stacks stacks({.group_stacks = 16});
  auto tops = stacks.take(64);
  void* const kept = tops.back();
  tops.pop_back();
  stacks.give(tops);
  EXPECT_EQ(stacks.statistics().groups, 4U);
  EXPECT_EQ(stacks->trim(), 63U);
  EXPECT_EQ(stacks.statistics().groups, 1U);
  EXPECT_EQ(stacks.statistics().active, 1U);
  EXPECT_EQ(stacks->account().usage(), stack_bytes);
  stacks.give(kept);
  stacks->trim();
  EXPECT_EQ(os::reserved_bytes(), 0U);
}

TEST_F(stack_store_test, new_stacks_are_opened_in_the_lowest_group_with_room) {
  fake_stacks stacks({.group_stacks = 16});
  auto tops = stacks.take(48);
  std::sort(tops.begin(), tops.end());
  const auto give_and_trim = [&](std::size_t which) {
    stacks.give(tops[which]);
    stacks->trim();
  };
  give_and_trim(0);
  give_and_trim(47);
  EXPECT_EQ(stacks.take(), tops[0]);
  EXPECT_EQ(stacks.take(), tops[47]) << "the only one left";
  give_and_trim(0);
  EXPECT_EQ(stacks.take(), tops[0]) << "there is room again below";
  EXPECT_EQ(stacks.statistics().groups, 3U);
  stacks.give(tops);
}

TEST_F(stack_store_test, prefault_maps_the_top_ahead) {
  fake_stacks stacks({.prefault = 12'000});
  void* const top = stacks.take();
  EXPECT_EQ(os::counts().bytes_populated, 12'288U);
  stacks.give(top);
}

TEST_F(stack_store_test, pages_that_the_system_keeps_stay_charged) {
  fake_stacks stacks;
  stacks.use(10);
  os::fail_from(1);
  EXPECT_EQ(stacks->trim(), 0U);
  EXPECT_EQ(stacks.statistics().idle, 10U);
  os::fail_none();
  EXPECT_TRUE(stacks->invariant());
  EXPECT_EQ(stacks->trim(), 10U);
}

// Fails every call of the system in turn, and all from there on.
TEST_F(stack_store_test, the_nth_refusal_of_the_system_loses_nothing) {
  for (const bool for_good : {false, true}) {
    for (std::size_t n = 1; n < 100; ++n) {
      fake_stacks stacks({.prefault = 4096, .group_stacks = 8, .idle_bytes = 20'000});
      for_good ? os::fail_from(n) : os::fail_call(n);
      std::vector<void*> tops;
      for (int i = 0; i < 20; ++i) {
        if (void* const top = stacks.take()) tops.push_back(top);
      }
      for (void* top : tops) use_stack(top, 8);
      EXPECT_TRUE(stacks->invariant());
      EXPECT_EQ(stacks->account().usage(), stacks.statistics().held_bytes);
      stacks.give(tops);
      EXPECT_TRUE(stacks->invariant());
      os::fail_none();
      stacks->trim();
      EXPECT_EQ(stacks->account().usage(), 0U);
      EXPECT_TRUE(stacks->invariant());
    }
  }
}

}  // namespace
}  // namespace strata::test
