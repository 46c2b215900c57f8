// Pools for several threads, used by several threads. Run under ThreadSanitizer, it
// also shows that objects pass from thread to thread without a race in the pool.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

#include "support/sanitized.hpp"
#include "unit/pool/shared_pools_fixture.hpp"

namespace strata::test {
namespace {

template <class Kind>
class shared_pools_threads : public testing::Test {};

using kinds = testing::Types<thread_safe_kind, spinning_kind, bounded_kind, lock_free_kind>;
TYPED_TEST_SUITE(shared_pools_threads, kinds);

constexpr std::size_t crew_size = 4;

template <class Work>
void each_of_crew(Work work) {
  std::vector<std::thread> crew;
  for (std::size_t member = 0; member < crew_size; ++member) {
    crew.emplace_back([&work, member] { work(member); });
  }
  for (std::thread& each : crew) each.join();
}

// Objects that anybody may take and end: an exchange per place.
template <class Object>
struct exchange_board {
  std::array<std::atomic<Object*>, 64> places{};
};

TYPED_TEST(shared_pools_threads, objects_die_on_any_thread_and_nothing_is_lost) {
  using object = painted<4>;
  using pool_type = typename TypeParam::template pool<object>;
  {
    pool_type pool(TypeParam::options());
    exchange_board<object> board;
    std::atomic<std::size_t> spoiled{0};
    each_of_crew([&](std::size_t member) {
      std::mt19937_64 random(member);
      for (std::size_t round = 0; round < scaled(100000); ++round) {
        const std::uint64_t value = random();
        object* const made = pool.try_emplace(value);
        if (made == nullptr) continue;
        spoiled += !made->intact(value);
        object* const other = board.places[value % 64].exchange(made, std::memory_order_acq_rel);
        if (other == nullptr) continue;
        spoiled += !other->intact(other->words[0]);
        pool.release(other);
      }
    });
    EXPECT_EQ(spoiled, 0u);
    std::size_t left = 0;
    for (const auto& place : board.places) left += place.load() != nullptr;
    EXPECT_EQ(pool.size(), left);
    EXPECT_EQ(object::live, static_cast<std::ptrdiff_t>(left));
  }
  EXPECT_EQ(object::live, 0);
}

TYPED_TEST(shared_pools_threads, threads_that_end_leave_no_slot_behind) {
  using object = painted<4>;
  typename TypeParam::template pool<object> pool(TypeParam::options());
  for (int generation = 0; generation < 20; ++generation) {
    each_of_crew([&](std::size_t member) {
      std::vector<object*> mine;
      for (int count = 0; count < 300; ++count) mine.push_back(&pool.emplace(member));
      for (object* const each : mine) pool.release(each);
    });
  }
  EXPECT_EQ(pool.size(), 0u);
  std::vector<object*> all;
  while (all.size() < 1500) all.push_back(&pool.emplace(1u));
  EXPECT_LE(pool.capacity(), 6000u);
  for (object* const each : all) pool.release(each);
}

TYPED_TEST(shared_pools_threads, a_pool_may_end_before_its_threads_and_after) {
  using object = painted<4>;
  using pool_type = typename TypeParam::template pool<object>;
  std::thread([] {
    for (int life = 0; life < 50; ++life) {
      pool_type pool(TypeParam::options());
      pool_type other(TypeParam::options());
      object* const made = pool.try_emplace(1u);
      other.release(other.try_emplace(2u));
      std::thread([&] { pool.release(made); }).join();
      EXPECT_EQ(pool.size(), 0u);
    }
  }).join();
  EXPECT_EQ(object::live, 0);
}

TYPED_TEST(shared_pools_threads, what_ends_with_a_thread_may_still_release) {
  using object = painted<4>;
  typename TypeParam::template pool<object> pool(TypeParam::options());
  using pool_type = decltype(pool);
  std::thread([&] {
    struct late {
      pool_type* pool;
      object* kept;
      ~late() {
        pool->release(kept);
        pool->release(pool->try_emplace(2u));
      }
    };
    // Made before the thread's cache, so it ends after it.
    thread_local late last{nullptr, nullptr};
    last.pool = &pool;
    last.kept = pool.try_emplace(1u);
  }).join();
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_EQ(object::live, 0);
}

TYPED_TEST(shared_pools_threads, size_may_be_asked_while_threads_work) {
  using object = painted<4>;
  typename TypeParam::template pool<object> pool(TypeParam::options());
  std::atomic<std::size_t> working{crew_size};
  std::thread reader([&] {
    while (working != 0) {
      const std::size_t size = pool.size();  // before the capacity, which only grows
      EXPECT_LE(size, pool.capacity());
    }
  });
  each_of_crew([&](std::size_t) {
    for (std::size_t round = 0; round < scaled(40000); ++round) pool.release(pool.try_emplace(1u));
    --working;
  });
  reader.join();
  EXPECT_EQ(pool.size(), 0u);
}

TYPED_TEST(shared_pools_threads, clear_while_other_threads_wait) {
  using object = painted<4>;
  typename TypeParam::template pool<object> pool(TypeParam::options());
  std::atomic<int> phase{0};
  std::thread other([&] {
    for (int count = 0; count < 200; ++count) pool.emplace(1u);
    for (int count = 0; count < 200; ++count) pool.release(pool.try_emplace(1u));
    phase = 1;
    phase.notify_one();
    phase.wait(1);
    for (int count = 0; count < 200; ++count) EXPECT_TRUE(pool.emplace(7u).intact(7));
  });
  phase.wait(0);
  EXPECT_EQ(pool.size(), 200u);
  pool.clear();
  EXPECT_EQ(object::live, 0);
  EXPECT_EQ(pool.size(), 0u);
  for (int count = 0; count < 200; ++count) pool.emplace(3u);
  phase = 2;
  phase.notify_one();
  other.join();
  EXPECT_EQ(pool.size(), 400u);
  EXPECT_EQ(object::live, 400);
}

}  // namespace
}  // namespace strata::test
