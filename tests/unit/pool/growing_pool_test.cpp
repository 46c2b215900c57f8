// growing_pool: growth, the maximum, chunks that go in any order, refusals, and mistakes.
#include <strata/account/account.hpp>
#include <strata/pool/growing_pool.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>
#include <vector>

#include "unit/pool/failing_upstream.hpp"

namespace strata {
namespace {

struct item {
  explicit item(int n) : number(n) {}
  int number;
  char rest[60] = {};
};

std::vector<item*> fill(growing_pool<item>& pool, int count) {
  std::vector<item*> items;
  for (int i = 0; i < count; ++i) items.push_back(&pool.emplace(i));
  return items;
}

std::vector<std::size_t> capacities(const pool_growth& growth, int objects) {
  growing_pool<item> pool({.growth = growth});
  std::vector<std::size_t> seen;
  for (int i = 0; i < objects; ++i) {
    pool.emplace(i);
    if (seen.empty() || seen.back() != pool.capacity()) seen.push_back(pool.capacity());
  }
  return seen;
}

using sizes = std::vector<std::size_t>;

TEST(growing_pool, grows_as_told) {
  EXPECT_EQ(capacities(pool_growth::linear(10), 35), (sizes{10, 20, 30, 40}));
  EXPECT_EQ(capacities(pool_growth::exponential(3, 5), 50), (sizes{5, 15, 45, 135}));
  EXPECT_EQ(capacities({}, 300), (sizes{64, 128, 256, 512}));
  EXPECT_EQ(capacities(pool_growth::custom([](std::size_t now) { return now + 1; }), 10),
            (sizes{1, 3, 7, 15}));
}

TEST(growing_pool, a_step_may_need_many_chunks) {
  growing_pool<item> pool({.growth = pool_growth::linear(10000)});
  pool.emplace(1);
  EXPECT_EQ(pool.capacity(), 10000u);
  EXPECT_TRUE(pool.verify());
}

TEST(growing_pool, a_growth_that_adds_nothing_exhausts) {
  growing_pool<item> pool(
      {.growth = pool_growth::custom([](std::size_t now) { return now < 4 ? 2u : 0u; })});
  (void)fill(pool, 4);
  EXPECT_EQ(pool.try_emplace(1), nullptr);
  EXPECT_THROW(pool.emplace(1), pool_exhausted);
}

TEST(growing_pool, a_growth_that_throws_leaves_the_pool_as_it_was) {
  growing_pool<item> pool(
      {.capacity = 2, .growth = pool_growth::custom([](std::size_t) -> std::size_t {
                        throw std::runtime_error("growth");
                      })});
  (void)fill(pool, 2);
  EXPECT_THROW((void)pool.try_emplace(1), std::runtime_error);
  EXPECT_EQ(pool.size(), 2u);
  EXPECT_TRUE(pool.verify());
}

TEST(growing_pool, never_grows_beyond_its_maximum) {
  growing_pool<item> pool({.name = "few", .maximum = 25, .growth = pool_growth::linear(10)});
  (void)fill(pool, 25);
  EXPECT_EQ(pool.capacity(), 25u);
  EXPECT_EQ(pool.try_emplace(1), nullptr);
  try {
    pool.emplace(1);
    FAIL();
  } catch (const pool_maximum_exceeded& refused) {
    EXPECT_EQ(refused.maximum(), 25u);
    EXPECT_EQ(refused.in_use(), 25u);
    EXPECT_STREQ(
        refused.what(),
        "pool 'few' would exceed its maximum: 25 of at most 25 slots in use, 1 more wanted");
  }
  EXPECT_THROW(pool.reserve(26), pool_maximum_exceeded);
}

TEST(growing_pool, capacity_and_reserve_provide) {
  growing_pool<item> pool({.capacity = 5000});
  EXPECT_EQ(pool.capacity(), 5000u);
  pool.reserve(100);
  EXPECT_EQ(pool.capacity(), 5000u);
  pool.reserve(7000);
  EXPECT_EQ(pool.capacity(), 7000u);
  EXPECT_EQ(pool.size(), 0u);
  pool.shrink_to_fit();
  EXPECT_EQ(pool.capacity(), 0u);
  (void)fill(pool, 10);
  EXPECT_TRUE(pool.verify());
}

TEST(growing_pool, a_batch_grows_for_all_or_nothing) {
  growing_pool<int> pool({.maximum = 5000});
  std::vector<int*> batch(4000);
  pool.allocate_batch(batch);
  EXPECT_EQ(pool.size(), 4000u);
  std::vector<int*> more(1001);
  EXPECT_FALSE(pool.try_allocate_batch(more));
  EXPECT_THROW(pool.allocate_batch(more), pool_maximum_exceeded);
  EXPECT_EQ(pool.size(), 4000u);
}

TEST(growing_pool, chunks_go_in_any_order) {
  test::failing_upstream upstream;
  growing_pool<item> pool({.growth = pool_growth::linear(100), .upstream = &upstream});
  auto items = fill(pool, 5000);
  std::mt19937 random(3);
  std::shuffle(items.begin(), items.end(), random);
  for (std::size_t i = 0; i < items.size(); ++i) {
    pool.release(items[i]);
    if (i % 250 == 0) {
      pool.shrink_to_fit();
      ASSERT_TRUE(pool.verify());
      ASSERT_EQ(upstream.live_bytes() >= pool.held_bytes(), true);
    }
  }
  pool.shrink_to_fit();
  EXPECT_EQ(pool.held_bytes(), 0u);
  EXPECT_LE(upstream.live_blocks(), 1u) << "at most the directory";
}

TEST(growing_pool, returns_empty_chunks_beyond_what_it_retains) {
  growing_pool<item> pool({.growth = pool_growth::linear(100), .retain = 150});
  auto items = fill(pool, 1000);
  for (std::size_t i = 0; i < 500; ++i) pool.release(items[i]);
  EXPECT_EQ(pool.capacity(), 700u) << "200 are free; another chunk less would be too few";
  for (std::size_t i = 500; i < 1000; ++i) pool.release(items[i]);
  EXPECT_EQ(pool.capacity(), 200u);
  growing_pool<item> floor({.capacity = 300, .growth = pool_growth::linear(100), .retain = 0});
  items = fill(floor, 1000);
  for (item* each : items) floor.release(each);
  EXPECT_GE(floor.capacity(), 300u) << "what the options asked for stays";
  EXPECT_LE(floor.capacity(), 400u);
  floor.shrink_to_fit();
  EXPECT_EQ(floor.capacity(), 0u);
}

TEST(growing_pool, keeps_everything_by_default) {
  growing_pool<item> pool;
  for (item* each : fill(pool, 1000)) pool.release(each);
  EXPECT_GE(pool.capacity(), 1000u);
}

TEST(growing_pool, is_found_from_any_object) {
  growing_pool<item> first;
  growing_pool<item> second;
  for (item* each : fill(first, 3000)) EXPECT_EQ(&growing_pool<item>::of(each), &first);
  for (item* each : fill(second, 3000)) EXPECT_EQ(&growing_pool<item>::of(each), &second);
}

TEST(growing_pool, survives_a_refusal_at_every_request) {
  for (std::size_t n = 1;; ++n) {
    test::failing_upstream upstream;
    {
      growing_pool<item> pool(
          {.name = "refused", .growth = pool_growth::linear(100), .upstream = &upstream});
      upstream.fail_at(n);
      int refusals = 0;
      for (int i = 0; i < 2000; ++i) {
        try {
          pool.emplace(i);
        } catch (const out_of_memory& refused) {
          ++refusals;
          EXPECT_EQ(refused.account_name(), "refused");
          EXPECT_EQ(pool.size(), static_cast<std::size_t>(i));
          pool.emplace(i);
        }
      }
      EXPECT_TRUE(pool.verify());
      EXPECT_EQ(pool.size(), 2000u);
      EXPECT_LE(refusals, 1) << "some of what it asks for is not missed";
      if (upstream.requests() < n) return;
    }
    EXPECT_EQ(upstream.live_blocks(), 0u);
  }
}

TEST(growing_pool, a_reserve_that_is_refused_changes_nothing) {
  for (std::size_t n = 1;; ++n) {
    test::failing_upstream upstream;
    growing_pool<item> pool({.capacity = 50, .upstream = &upstream});
    const std::size_t before = upstream.live_bytes();
    const std::size_t asked = upstream.requests();
    upstream.fail_at(n);
    if (pool.try_reserve(20000)) {
      if (upstream.requests() - asked < n) return;
      continue;  // it can do without some of what it asks for
    }
    EXPECT_EQ(pool.capacity(), 50u);
    EXPECT_LE(upstream.live_bytes() - before, 256u + 1024u) << "the directory, and the table";
    EXPECT_TRUE(pool.verify());
    upstream.fail_at(1);
    EXPECT_THROW(pool.reserve(20000), out_of_memory);
  }
}

TEST(growing_pool, a_reserve_that_is_refused_leaves_the_counts_right) {
  for (std::size_t n = 1;; ++n) {
    test::failing_upstream upstream;
    growing_pool<item> pool(
        {.growth = pool_growth::linear(20), .retain = 10000, .upstream = &upstream});
    const auto items = fill(pool, 160);  // in eight chunks, for more of which room is needed
    for (int i = 0; i < 40; ++i) pool.release(items[static_cast<std::size_t>(i) * 4]);
    const std::size_t asked = upstream.requests();
    upstream.fail_at(n);
    (void)pool.try_reserve(200);
    const bool came = upstream.requests() - asked >= n;
    upstream.fail_at(0);
    (void)fill(pool, 20);
    ASSERT_TRUE(pool.verify()) << "which counts what is used in each chunk";
    if (!came) return;
  }
}

TEST(growing_pool, a_handler_of_pressure_may_release_objects_and_shrink_the_pool) {
  for (const std::size_t retain : {SIZE_MAX, std::size_t{0}}) {
    growing_pool<item> pool({.name = "pressed",
                             .limit = std::size_t{512} << 10,
                             .growth = pool_growth::linear(100),
                             .retain = retain});
    std::vector<item*> live;
    std::size_t runs = 0;
    const pressure_handler drop(*pool.account(), [&](std::size_t) {
      ++runs;
      for (std::size_t left = live.size() / 2; live.size() > left; live.pop_back()) {
        pool.release(live.back());
      }
      pool.shrink_to_fit();
      return std::size_t{0};
    });
    for (int i = 0; i < 20000; ++i) {
      item* const made = pool.try_emplace(i);
      ASSERT_NE(made, nullptr) << i;
      live.push_back(made);
    }
    EXPECT_GT(runs, 1u);
    EXPECT_FALSE(pool.try_reserve(100000));
    EXPECT_TRUE(pool.verify());
    EXPECT_EQ(pool.size(), live.size());
  }
}

TEST(growing_pool, does_not_shrink_while_somebody_iterates) {
  for (const std::size_t retain : {SIZE_MAX, std::size_t{0}}) {
    growing_pool<item> pool({.growth = pool_growth::linear(20), .retain = retain});
    (void)fill(pool, 200);
    std::size_t seen = 0;
    pool.for_each([&](item& each) {
      pool.release(&each);
      pool.shrink_to_fit();
      ++seen;
    });
    EXPECT_EQ(seen, 200u);
    EXPECT_TRUE(pool.verify());
    pool.shrink_to_fit();
    EXPECT_EQ(pool.capacity(), 0u);
  }
}

TEST(growing_pool, iterates_by_address_and_may_release_meanwhile) {
  growing_pool<item> pool({.growth = pool_growth::linear(64), .retain = 0});
  auto items = fill(pool, 2000);
  const item* last = nullptr;
  std::size_t seen = 0;
  for (item& each : pool) {
    EXPECT_LT(last, &each);
    last = &each;
    ++seen;
  }
  EXPECT_EQ(seen, 2000u);
  // Each releases itself or a friend elsewhere; chunks must stay until the end.
  std::vector<bool> gone(items.size(), false);
  pool.for_each([&](item& each) {
    const auto self = static_cast<std::size_t>(each.number);
    const std::size_t friend_of = (self * 7 + 13) % items.size();
    for (const std::size_t victim : {friend_of, self}) {
      if (!gone[victim]) pool.release(items[victim]);
      gone[victim] = true;
    }
  });
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_EQ(pool.capacity(), 0u) << "with nobody iterating, empty chunks went";
  EXPECT_TRUE(pool.verify());
}

TEST(growing_pool, holds_large_and_over_aligned_objects) {
  struct alignas(4096) page {
    char bytes[8192];
  };
  growing_pool<page> pages({.growth = pool_growth::linear(3)});
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&pages.allocate()) % 4096, 0u);
  }
  struct large {
    char bytes[100'000];
  };
  growing_pool<large> larges;
  for (int i = 0; i < 100; ++i) larges.allocate().bytes[99'999] = 'x';
  EXPECT_TRUE(larges.verify());
}

TEST(growing_pool_death, names_the_mistake) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  growing_pool<item> pool({.name = "items"});
  growing_pool<item> other;
  item* const object = &pool.emplace(1);
  item* const foreign = &other.emplace(1);
  item on_stack(1);
  EXPECT_DEATH(pool.release(foreign), "foreign release: no object of pool \"items\"");
  EXPECT_DEATH(pool.release(&on_stack), "foreign release");
  pool.release(object);
  EXPECT_DEATH(pool.release(object), "double release");
}

TEST(growing_pool_death, a_release_after_the_pool_is_named) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  using pool_type = growing_pool<item>;
  alignas(pool_type) std::array<std::byte, sizeof(pool_type)> place;
  auto* const pool = ::new (place.data()) pool_type();
  item* const object = &pool->emplace(1);
  pool->~pool_type();
  EXPECT_DEATH(pool->release(object), "dead pool");
}

}  // namespace
}  // namespace strata
