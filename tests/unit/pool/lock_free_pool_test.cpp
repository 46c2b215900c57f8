// What only lock_free_pool promises: every slot is within everybody's reach, and
// its options. The algorithm below it is proved in index_supply_test.cpp.
#include <strata/pool/lock_free_pool.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "support/stepping_thread.hpp"
#include "unit/pool/shared_pools_fixture.hpp"

namespace strata::test {
namespace {

using object = painted<3>;

static_assert(!std::is_copy_constructible_v<lock_free_pool<object>>);
static_assert(!std::is_move_constructible_v<lock_free_pool<object>>);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

TEST(lock_free_pool, every_slot_is_served_once) {
  for (const std::size_t capacity : {1u, 2u, 63u, 1000u}) {
    lock_free_pool<object> pool({.capacity = capacity});
    std::set<object*> places;
    for (std::size_t count = 0; count < capacity; ++count) places.insert(&pool.emplace(1u));
    EXPECT_EQ(places.size(), capacity);
    EXPECT_EQ(pool.try_emplace(1u), nullptr);
    EXPECT_EQ(pool.size(), capacity);
  }
}

TEST(lock_free_pool, exhaustion_says_how_many_are_in_use) {
  lock_free_pool<object> pool({.name = "full", .capacity = 5});
  for (std::uint64_t count = 0; count < 5; ++count) pool.emplace(count);
  try {
    pool.emplace(1u);
    ADD_FAILURE();
  } catch (const pool_exhausted& refusal) {
    EXPECT_EQ(refusal.capacity(), 5u);
    EXPECT_EQ(refusal.in_use(), 5u);
    EXPECT_EQ(refusal.account_name(), "full");
  }
}

TEST(lock_free_pool, a_capacity_that_cannot_be_is_refused_before_anything_is_taken) {
  refusing_upstream upstream;
  using pool_type = lock_free_pool<object>;
  EXPECT_THROW(pool_type({.upstream = &upstream}), invalid_pool_config);
  EXPECT_THROW(pool_type({.capacity = std::size_t{1} << 32, .upstream = &upstream}),
               invalid_pool_config);
  EXPECT_EQ(upstream.requests(), 0u);
}

// What a thread released last lies in its pocket, also when the thread has ended.
TEST(lock_free_pool, slots_in_pockets_are_within_everybodys_reach) {
  lock_free_pool<object> pool({.capacity = 20});
  stepping_thread other;
  for (int round = 0; round < 5; ++round) {
    std::vector<object*> all;
    for (std::uint64_t count = 0; count < 20; ++count) all.push_back(&pool.emplace(count));
    other.run([&] {
      for (object* const each : all) pool.release(each);
    });
    EXPECT_EQ(pool.size(), 0u);
  }
  other.end();
  for (std::uint64_t count = 0; count < 20; ++count) EXPECT_NE(pool.try_emplace(count), nullptr);
  EXPECT_EQ(pool.size(), 20u);
}

TEST(lock_free_pool, more_threads_than_pockets_share_what_there_is) {
  const std::size_t threads = 4 * std::max(std::thread::hardware_concurrency(), 8u);
  lock_free_pool<object> pool({.capacity = threads});
  std::vector<std::unique_ptr<stepping_thread>> crew;
  std::vector<object*> made(threads);
  for (std::size_t count = 0; count < threads; ++count) {
    crew.push_back(std::make_unique<stepping_thread>());
  }
  for (int round = 0; round < 3; ++round) {
    for (std::size_t thread = 0; thread < threads; ++thread) {
      crew[thread]->run([&] { made[thread] = &pool.emplace(thread); });
    }
    EXPECT_EQ(pool.size(), threads);
    EXPECT_EQ(pool.try_emplace(1u), nullptr);
    for (std::size_t thread = 0; thread < threads; ++thread) {
      EXPECT_TRUE(made[thread]->intact(thread));
      crew[(thread + 7) % threads]->run([&] { pool.release(made[thread]); });
    }
    EXPECT_EQ(pool.size(), 0u);
  }
}

TEST(lock_free_pool, clear_makes_every_slot_free) {
  lock_free_pool<object> pool({.capacity = 200});
  for (int round = 0; round < 3; ++round) {
    std::vector<object*> made;
    for (std::uint64_t count = 0; count < 200; ++count) made.push_back(&pool.emplace(count));
    for (std::size_t count = 0; count < 100; ++count) pool.release(made[count * 2]);
    EXPECT_EQ(object::live, 100);
    pool.clear();
    EXPECT_EQ(object::live, 0);
  }
}

}  // namespace
}  // namespace strata::test
