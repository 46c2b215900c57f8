// strata::stack_pool from outside: what a stack is, who gets which, what is refused.
#include <strata/stack/stack_pool.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/sanitized.hpp"

namespace strata::test {
namespace {

void fill(const stack& one, int value) { std::memset(one.base, value, one.size); }

TEST(stack_pool, a_stack_is_as_large_as_asked_but_for_the_words_above_its_top) {
  stack_pool pool({.stack_bytes = 100'000, .guard_pages = 2});
  const stack one = pool.get();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(one.base) % 4096, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(one.top()) % 16, 0U);
  EXPECT_EQ(one.size, 102'400U - 144);
  EXPECT_EQ(one.guard_low, 8192U);
  EXPECT_EQ(one.guard_high, 8192U);
  fill(one, 1);
  pool.put(one);
}

TEST(stack_pool, tops_have_as_many_offsets_as_there_are_colours) {
  stack_pool pool({.colours = 16});
  std::vector<bool> seen(4096);
  std::vector<stack> stacks(32);
  for (stack& each : stacks) {
    each = pool.get();
    seen[reinterpret_cast<std::uintptr_t>(each.top()) % 4096] = true;
    EXPECT_GE(each.size, 65'536U - 2000);
    fill(each, 1);
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), 16);
  for (const stack& each : stacks) pool.put(each);
}

// Where Boost.Context puts its record: at the multiple of 256 below the top, or the next.
TEST(stack_pool, the_record_of_a_fiber_shares_a_pair_of_lines_with_the_words_above_the_top) {
  stack_pool pool;
  std::vector<stack> stacks(32);
  for (stack& each : stacks) {
    each = pool.get();
    constexpr std::uintptr_t record_bytes = 112;
    const auto top = reinterpret_cast<std::uintptr_t>(each.top());
    const std::uintptr_t record = (top - record_bytes) / 256 * 256;
    EXPECT_EQ(record / 128, (top + 15) / 128);
  }
  for (const stack& each : stacks) pool.put(each);
}

TEST(stack_pool, the_last_that_came_goes_first) {
  stack_pool pool;
  const stack first = pool.get();
  const stack second = pool.get();
  pool.put(first);
  pool.put(second);
  const stack hot = pool.get();
  EXPECT_EQ(hot, second);
  const stack cold = pool.get();
  EXPECT_EQ(cold, first);
  pool.put(hot);
  pool.put(cold);
}

TEST(stack_pool, stacks_do_not_overlap) {
  stack_pool pool({.stack_bytes = 16'384, .group_stacks = 10});
  std::vector<stack> stacks(100);
  int value = 0;
  for (stack& each : stacks) fill(each = pool.get(), ++value);
  value = 0;
  for (const stack& each : stacks) {
    const auto* const bytes = static_cast<const unsigned char*>(each.base);
    ++value;
    EXPECT_EQ(bytes[0], value);
    EXPECT_EQ(bytes[each.size - 1], value);
    pool.put(each);
  }
}

TEST(stack_pool, statistics_add_up) {
  stack_pool pool({.name = "counted", .stack_bytes = 16'384, .group_stacks = 4});
  std::vector<stack> stacks(5);
  for (stack& each : stacks) each = pool.get();
  pool.put(stacks[0]);
  const stack_pool_statistics now = pool.statistics();
  EXPECT_EQ(now.name, "counted");
  EXPECT_EQ(now.active, 4U);
  EXPECT_EQ(now.idle, 1U);
  EXPECT_EQ(now.peak, 5U);
  EXPECT_EQ(now.capacity, 8U);
  EXPECT_EQ(now.groups, 2U);
  EXPECT_EQ(now.stack_bytes, 16'384U);
  EXPECT_EQ(now.held_bytes, 5U * 16'384);
  EXPECT_EQ(now.opened, 5U);
  EXPECT_EQ(pool.residency().idle_bytes, 4096U) << "the page of its header";
  EXPECT_EQ(pool.residency().active_bytes, 4U * 4096);
  for (std::size_t i = 1; i < 5; ++i) pool.put(stacks[i]);
}

TEST(stack_pool, a_stack_that_was_used_holds_what_was_touched_and_no_more) {
  stack_pool pool;
  const stack one = pool.get();
  std::memset(static_cast<std::byte*>(one.top()) - 10'000, 1, 10'000);
  EXPECT_EQ(pool.high_water(one), 12'288U);
  EXPECT_EQ(pool.residency().active_bytes, 12'288U);
  pool.put(one);
  EXPECT_EQ(pool.trim(), 1U);
  EXPECT_EQ(pool.residency().total_bytes(), 0U);
  EXPECT_EQ(pool.statistics().deepest, 12'288U);
}

TEST(stack_pool, the_maximum_refuses) {
  stack_pool pool({.name = "few", .maximum = 2});
  const stack first = pool.get();
  const stack second = pool.get();
  EXPECT_FALSE(pool.try_get());
  try {
    (void)pool.get();
    FAIL() << "a third stack";
  } catch (const out_of_memory& refused) {
    EXPECT_EQ(refused.account_name(), "few");
    EXPECT_EQ(refused.bytes(), 65'536U);
  }
  EXPECT_EQ(pool.statistics().refused, 2U);
  pool.put(first);
  EXPECT_EQ(pool.get(), first);
  pool.put(first);
  pool.put(second);
}

TEST(stack_pool, a_limit_refuses_and_what_goes_back_makes_room) {
  account parent({.name = "parent", .limit = 3 * 65'536});
  stack_pool pool({.name = "limited", .parent = &parent});
  stack_pool other({.name = "other", .parent = &parent});
  const stack first = pool.get();
  const stack second = pool.get();
  const stack third = other.get();
  EXPECT_FALSE(other.try_get());
  EXPECT_EQ(parent.usage(), 3U * 65'536);
  pool.put(first);
  EXPECT_FALSE(other.try_get()) << "an idle stack keeps its pages";
  pool.trim();
  const stack fourth = other.get();
  EXPECT_EQ(pool.account().usage(), 65'536U);
  pool.put(second);
  other.put(third);
  other.put(fourth);
}

TEST(stack_pool, pressure_handlers_may_trim_the_pools_of_the_account) {
  account parent({.name = "parent", .limit = 2 * 65'536});
  shared_stack_pool pool({.name = "first", .parent = &parent});
  shared_stack_pool other({.name = "second", .parent = &parent});
  const pressure_handler trim(parent,
                              [&](std::size_t) { return (pool.trim() + other.trim()) * 65'536; });
  const stack first = pool.get();
  const stack second = pool.get();
  pool.put(first);
  const stack third = other.get();
  EXPECT_TRUE(third);
  pool.put(second);
  other.put(third);
}

TEST(stack_pool, initial_stacks_are_ready_and_charged) {
  stack_pool pool({.initial = 10, .group_stacks = 4});
  EXPECT_EQ(pool.statistics().idle, 10U);
  EXPECT_EQ(pool.statistics().peak, 0U);
  EXPECT_EQ(pool.account().usage(), 10U * 65'536);
  const stack one = pool.get();
  EXPECT_EQ(pool.statistics().opened, 10U);
  EXPECT_EQ(pool.statistics().peak, 1U);
  pool.put(one);
}

TEST(stack_pool, initial_stacks_that_are_refused_leave_nothing_behind) {
  account parent({.name = "parent", .limit = 5 * 65'536});
  EXPECT_THROW(stack_pool({.parent = &parent, .initial = 6}), out_of_memory);
  EXPECT_EQ(parent.usage(), 0U);
}

TEST(stack_pool, names_last_until_the_stack_is_put_back) {
  stack_pool pool;
  const stack one = pool.get();
  EXPECT_EQ(pool.name_of(one), "");
  pool.set_name(one, "parser");
  fill(one, 1);
  EXPECT_EQ(pool.name_of(one), "parser");
  pool.set_name(one, std::string(100, 'x'));
  EXPECT_EQ(pool.name_of(one), std::string(63, 'x'));
  pool.put(one);
  EXPECT_EQ(pool.get(), one);
  EXPECT_EQ(pool.name_of(one), "");
  pool.put(one);
}

TEST(stack_pool, stacks_travel_between_threads) {
  shared_stack_pool pool({.stack_bytes = 16'384});
  std::vector<stack> travelling;
  std::mutex lock;
  const auto work = [&](int seed) {
    for (std::size_t i = 0; i < scaled(20'000); ++i) {
      const stack mine = pool.get();
      std::memset(static_cast<std::byte*>(mine.top()) - 64, seed, 64);
      const std::lock_guard guard(lock);
      travelling.push_back(mine);
      if (travelling.size() > 20) {
        pool.put(travelling[i % travelling.size()]);
        travelling.erase(travelling.begin() + static_cast<std::ptrdiff_t>(i % travelling.size()));
      }
      if (i % 100 == 0) pool.trim();
    }
  };
  std::thread first(work, 1);
  std::thread second(work, 2);
  first.join();
  second.join();
  for (const stack& each : travelling) pool.put(each);
  EXPECT_EQ(pool.statistics().active, 0U);
  EXPECT_LE(pool.statistics().peak, 24U);
}

// -- Mistakes -------------------------------------------------------------------

TEST(stack_pool_death, a_stack_put_back_twice) {
  stack_pool pool({.name = "fibers"});
  const stack one = pool.get();
  pool.put(one);
  EXPECT_DEATH(pool.put(one),
               "fatal: double put: the stack with its top at 0x[0-9a-f]+ was put "
               "back into the pool \"fibers\" before");
}

TEST(stack_pool_death, a_stack_of_another_pool) {
  stack_pool pool({.name = "fibers"});
  stack_pool other({.name = "others"});
  const stack one = pool.get();
  const stack foreign = other.get();
  EXPECT_DEATH(pool.put(foreign), "fatal: foreign stack: .* \"fibers\" is none of its stacks");
  EXPECT_DEATH(pool.put({.base = one.base, .size = one.size - 64}), "fatal: foreign stack");
  pool.put(one);
  other.put(foreign);
}

TEST(stack_pool_death, a_pool_that_ends_before_its_fibers) {
  const auto run = [] {
    stack_pool pool({.name = "fibers"});
    (void)pool.get();
    (void)pool.get();
  };
  EXPECT_DEATH(run(), "fatal: stacks in use: the stack pool \"fibers\" ends while 2 of its stacks");
}

TEST(stack_pool_death, a_canary_finds_who_came_to_the_end) {
  stack_pool pool({.name = "fibers", .guard_pages = 0, .canary = true});
  const stack one = pool.get();
  fill(one, 1);
  pool.put(one);
  EXPECT_EQ(pool.get(), one);
  pool.set_name(one, "parser");
  const auto overrun = [&] {
    std::memset(static_cast<std::byte*>(one.base) - 8, 1, 8);
    pool.put(one);
  };
  EXPECT_DEATH(overrun(),
               "fatal: broken stack canary: the fiber \"parser\" wrote beyond the end "
               "of its stack of 65328 bytes, .* in the pool \"fibers\"");
  pool.put(one);
}

TEST(stack_pool_death, address_sanitizer_guards_idle_stacks_and_forgets_dead_frames) {
  if (!detail::poisons) GTEST_SKIP() << "without AddressSanitizer";
  stack_pool pool;
  const stack one = pool.get();
  detail::poison(one.base, 4096);  // a frame that was left without returning
  pool.put(one);
  EXPECT_DEATH(fill(one, 1), "use-after-poison");
  EXPECT_EQ(pool.get(), one);
  fill(one, 2);
  pool.put(one);
}

TEST(stack_pool, a_canary_costs_no_memory) {
  stack_pool pool({.canary = true});
  const stack one = pool.get();
  pool.put(one);
  EXPECT_LE(pool.residency().total_bytes(), 8192U) << "the top, and perhaps the page of zeros";
}

}  // namespace
}  // namespace strata::test
