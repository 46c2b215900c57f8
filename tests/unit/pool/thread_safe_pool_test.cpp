// What only thread_safe_pool promises: caches and their statistics, chunks, the
// maximum, the way from an object to its pool, and who ends first.
#include <strata/pool/thread_safe_pool.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include "support/stepping_thread.hpp"
#include "unit/pool/shared_pools_fixture.hpp"

namespace strata::test {
namespace {

using object = painted<6>;
using object_pool_type = thread_safe_pool<object>;

static_assert(!std::is_copy_constructible_v<object_pool_type>);
static_assert(!std::is_move_constructible_v<object_pool_type>);
static_assert(self_locating_pool<object_pool_type>);
static_assert(pool_for<object_pool_type, int> && !pool_for<object_pool_type, const char*>);

void expect_sum(const shared_pool_statistics& seen) {
  EXPECT_EQ(seen.capacity, seen.in_use + seen.cached + seen.common + seen.unused);
}

TEST(thread_safe_pool, statistics_add_up_at_rest) {
  object_pool_type pool;
  std::vector<object*> made;
  for (std::uint64_t count = 0; count < 5000; ++count) {
    made.push_back(&pool.emplace(count));
    if (count % 500 == 0) expect_sum(pool.statistics());
  }
  std::thread([&] {
    for (std::size_t count = 0; count < 2500; ++count) {
      pool.release(made.back());
      made.pop_back();
      if (count % 500 == 0) expect_sum(pool.statistics());
    }
    EXPECT_EQ(pool.statistics().caches, 2u);
    EXPECT_GT(pool.statistics().cached, 64u);
  }).join();
  const shared_pool_statistics seen = pool.statistics();
  expect_sum(seen);
  EXPECT_EQ(seen.in_use, 2500u);
  EXPECT_EQ(seen.caches, 1u) << "that of the ended thread is gone";
  EXPECT_GE(seen.common, 2500u) << "and so are its slots";
  EXPECT_EQ(seen.refusals, 0u);
}

TEST(thread_safe_pool, a_thread_meets_the_lock_once_in_a_batch) {
  object_pool_type pool;
  std::vector<object*> made;
  for (int round = 0; round < 1000; ++round) {
    for (std::uint64_t count = 0; count < 100; ++count) made.push_back(&pool.emplace(count));
    for (object* const each : made) pool.release(each);
    made.clear();
  }
  const shared_pool_statistics seen = pool.statistics();
  EXPECT_LE(seen.taken + seen.given, 10u) << "a hundred fit into two batches";
}

TEST(thread_safe_pool, slots_travel_back_in_batches) {
  object_pool_type pool;
  stepping_thread consumer;
  std::vector<object*> made;
  for (int round = 0; round < 100; ++round) {
    for (std::uint64_t count = 0; count < 640; ++count) made.push_back(&pool.emplace(count));
    consumer.run([&] {
      for (object* const each : made) pool.release(each);
    });
    made.clear();
  }
  const shared_pool_statistics seen = pool.statistics();
  EXPECT_LE(seen.taken, 1010u);
  EXPECT_LE(seen.given, 1000u);
  EXPECT_LE(seen.chunks, 1u) << "they do not pile up";
}

TEST(thread_safe_pool, every_thread_may_have_the_last_slot_of_a_small_pool) {
  object_pool_type pool({.maximum = 3});
  stepping_thread other;
  for (int round = 0; round < 10; ++round) {
    object* const first = pool.try_emplace(1u);
    object* const second = pool.try_emplace(2u);
    object* const third = pool.try_emplace(3u);
    ASSERT_NE(third, nullptr);
    EXPECT_EQ(pool.try_emplace(4u), nullptr);
    other.run([&] {
      pool.release(second);
      object* const again = pool.try_emplace(5u);
      EXPECT_EQ(again, second);
      pool.release(again);
    });
    pool.release(third);
    pool.release(first);
  }
  EXPECT_EQ(pool.capacity(), 3u);
}

TEST(thread_safe_pool, the_maximum_is_named_when_it_refuses) {
  object_pool_type pool({.name = "small", .maximum = 100});
  for (std::uint64_t count = 0; count < 100; ++count) pool.emplace(count);
  EXPECT_EQ(pool.try_emplace(1u), nullptr);
  try {
    pool.emplace(1u);
    ADD_FAILURE();
  } catch (const pool_maximum_exceeded& refusal) {
    EXPECT_EQ(refusal.maximum(), 100u);
    EXPECT_EQ(refusal.in_use(), 100u);
    EXPECT_EQ(refusal.account_name(), "small");
  }
  EXPECT_EQ(pool.statistics().refusals, 2u);
  EXPECT_THROW(object_pool_type({.capacity = 101, .maximum = 100}), pool_maximum_exceeded);
  EXPECT_THROW(pool.reserve(101), pool_maximum_exceeded);
}

TEST(thread_safe_pool, reserved_slots_need_no_upstream) {
  refusing_upstream upstream;
  object_pool_type pool({.capacity = 1000, .upstream = &upstream});
  ASSERT_TRUE(pool.try_reserve(5000));
  EXPECT_GE(pool.capacity(), 5000u);
  const std::size_t before = upstream.requests();
  for (std::uint64_t count = 0; count < 5000; ++count) ASSERT_NE(pool.try_emplace(count), nullptr);
  EXPECT_EQ(upstream.requests(), before);
}

TEST(thread_safe_pool, an_object_leads_to_its_pool) {
  object_pool_type pool;
  object_pool_type other;
  for (std::uint64_t count = 0; count < 3000; ++count) {
    EXPECT_EQ(&object_pool_type::of(&pool.emplace(count)), &pool);
    EXPECT_EQ(&object_pool_type::of(&other.emplace(count)), &other);
  }
  using large = painted<20000>;
  thread_safe_pool<large> larges;
  for (std::uint64_t count = 0; count < 20; ++count) {
    EXPECT_EQ(&thread_safe_pool<large>::of(&larges.emplace(count)), &larges);
  }
}

// A cache of a pool that ended must not give its slots to the next pool.
TEST(thread_safe_pool, a_pool_that_takes_a_dead_pools_place_starts_empty) {
  stepping_thread other;
  for (int life = 0; life < 100; ++life) {
    auto pool = std::make_unique<object_pool_type>();
    other.run([&] {
      std::vector<object*> mine;
      for (std::uint64_t count = 0; count < 200; ++count) mine.push_back(&pool->emplace(count));
      for (object* const each : mine) pool->release(each);
    });
    EXPECT_EQ(pool->statistics().caches, 1u);
    EXPECT_EQ(pool->size(), 0u);
  }
}

TEST(thread_safe_pool, many_pools_and_threads_leave_nothing) {
  refusing_upstream upstream;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<object_pool_type>> pools;
    for (int count = 0; count < 100; ++count) {
      pools.push_back(
          std::make_unique<object_pool_type>(shared_pool_options{.upstream = &upstream}));
    }
    std::vector<std::unique_ptr<stepping_thread>> threads;
    for (int count = 0; count < 10; ++count) threads.push_back(std::make_unique<stepping_thread>());
    for (const auto& thread : threads) {
      thread->run([&] {
        for (const auto& pool : pools) pool->release(pool->try_emplace(1u));
      });
    }
    for (std::size_t count = 0; count < 50; ++count) pools.pop_back();  // pools first ...
    threads.clear();                                                    // ... threads first
    for (const auto& pool : pools) {
      EXPECT_EQ(pool->size(), 0u);
      EXPECT_EQ(pool->statistics().caches, 0u);
    }
  }
  EXPECT_EQ(upstream.live_bytes(), 0u);
}

// The upstream runs without the lock of the lists, so that it may release.
TEST(thread_safe_pool, an_upstream_may_release_to_the_pool_that_asks_it) {
  struct releasing final : std::pmr::memory_resource {
    object_pool_type* pool = nullptr;
    std::vector<object*> spare;
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
      while (!spare.empty()) {
        pool->release(spare.back());
        spare.pop_back();
      }
      return std::pmr::new_delete_resource()->allocate(bytes, alignment);
    }
    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
      std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
    }
    [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
      return this == &other;
    }
  };
  releasing upstream;
  object_pool_type pool({.upstream = &upstream});
  upstream.pool = &pool;
  for (std::uint64_t count = 0; count < 700; ++count) upstream.spare.push_back(&pool.emplace(1u));
  for (std::uint64_t count = 0; count < 700; ++count) pool.emplace(count);
  EXPECT_TRUE(upstream.spare.empty());
  EXPECT_EQ(pool.size(), 700u);
}

}  // namespace
}  // namespace strata::test
