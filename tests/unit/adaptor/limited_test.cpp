#include <strata/adaptor/limited.hpp>

#include <gtest/gtest.h>

#include <random>
#include <thread>
#include <vector>

#include <strata/heap/heap.hpp>

#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

using test::strict_upstream;

template <class Sharing>
class limited_test : public testing::Test {
 protected:
  strict_upstream upstream_;
  limited<std::pmr::memory_resource, Sharing> resource_{upstream_, 1000, "small"};
};

using sharings = testing::Types<one_thread, any_thread>;
TYPED_TEST_SUITE(limited_test, sharings);

TYPED_TEST(limited_test, refuses_exactly_beyond_the_limit) {
  void* const most = this->resource_.try_allocate(1000);
  ASSERT_NE(most, nullptr);
  EXPECT_EQ(this->resource_.try_allocate(1), nullptr);
  EXPECT_EQ(this->resource_.used(), 1000u);
  this->resource_.deallocate(most, 1000);
  EXPECT_EQ(this->resource_.try_allocate(1001), nullptr);
  EXPECT_EQ(this->resource_.used(), 0u);
}

TYPED_TEST(limited_test, no_bytes_fit_into_a_full_one) {
  void* const most = this->resource_.allocate(1000);
  void* const none = this->resource_.allocate(0);
  this->resource_.deallocate(none, 0);
  this->resource_.deallocate(most, 1000);
}

TYPED_TEST(limited_test, a_refusal_names_it_and_does_not_reach_the_upstream) {
  try {
    static_cast<void>(this->resource_.allocate(5000));
    FAIL();
  } catch (const out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "small");
    EXPECT_EQ(refusal.bytes(), 5000u);
  }
  EXPECT_EQ(this->upstream_.requests(), 0u);
}

TYPED_TEST(limited_test, what_the_upstream_refuses_is_not_counted) {
  this->upstream_.refuses = true;
  EXPECT_EQ(this->resource_.try_allocate(600), nullptr);
  EXPECT_THROW(static_cast<void>(this->resource_.allocate(600)), std::bad_alloc);
  EXPECT_EQ(this->resource_.used(), 0u);
  this->upstream_.refuses = false;
  this->resource_.deallocate(this->resource_.allocate(600), 600);
}

TYPED_TEST(limited_test, sums_that_overflow_are_refused) {
  void* const block = this->resource_.allocate(10);
  EXPECT_EQ(this->resource_.try_allocate(SIZE_MAX), nullptr);
  EXPECT_EQ(this->resource_.try_allocate(SIZE_MAX - 9), nullptr);
  EXPECT_EQ(this->upstream_.requests(), 1u);
  this->resource_.deallocate(block, 10);
}

TYPED_TEST(limited_test, a_limit_below_what_is_used_refuses_until_enough_is_freed) {
  void* const first = this->resource_.allocate(500);
  void* const second = this->resource_.allocate(400);
  this->resource_.set_limit(600);
  EXPECT_EQ(this->resource_.limit(), 600u);
  EXPECT_EQ(this->resource_.try_allocate(1), nullptr);
  this->resource_.deallocate(first, 500);
  void* const third = this->resource_.try_allocate(200);
  EXPECT_NE(third, nullptr);
  this->resource_.deallocate(second, 400);
  this->resource_.deallocate(third, 200);
}

TYPED_TEST(limited_test, random_work_agrees_with_its_model) {
  std::mt19937 random(42);
  std::vector<std::pair<void*, std::size_t>> blocks;
  std::size_t used = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (!blocks.empty() && random() % 2 == 0) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      const auto [block, bytes] = blocks.back();
      blocks.pop_back();
      this->resource_.deallocate(block, bytes);
      used -= bytes;
    } else {
      const std::size_t bytes = random() % 200;
      void* const block = this->resource_.try_allocate(bytes);
      ASSERT_EQ(block != nullptr, used + bytes <= 1000) << step;
      if (block == nullptr) continue;
      blocks.emplace_back(block, bytes);
      used += bytes;
    }
    ASSERT_EQ(this->resource_.used(), used);
  }
  for (const auto& [block, bytes] : blocks) this->resource_.deallocate(block, bytes);
}

TYPED_TEST(limited_test, more_freed_than_given_out_ends_the_program) {
  void* const block = this->resource_.allocate(100);
  EXPECT_DEATH(this->resource_.deallocate(block, 101),
               "more freed than given out: \"small\" gets 101 bytes back, at 0x[0-9a-f]+, but has "
               "only 100 given out");
  this->resource_.deallocate(block, 100);
}

TEST(limited, asks_whether_a_block_is_the_upstreams) {
  heap mine({.name = "mine"});
  limited resource(mine, 1000);
  static_assert(owning_resource<decltype(resource)>);
  static_assert(!owning_resource<limited<>>);
  void* const block = resource.allocate(10);
  EXPECT_TRUE(resource.owns(block));
  EXPECT_FALSE(resource.owns(&resource));
  resource.deallocate(block, 10);
}

TEST(limited, a_long_name_is_cut) {
  limited resource(*std::pmr::get_default_resource(), 0, std::string(100, 'n'));
  try {
    static_cast<void>(resource.allocate(1));
    FAIL();
  } catch (const out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), std::string(56, 'n'));
  }
}

TEST(limited, threads_together_never_exceed_the_limit) {
  heap below({.name = "below"});
  limited<heap, any_thread> resource(below, 1000);
  std::atomic<std::size_t> held{0};
  std::atomic<std::size_t> most{0};
  const auto work = [&] {
    for (int i = 0; i < 20'000; ++i) {
      void* const block = resource.try_allocate(300);
      if (block == nullptr) continue;
      const std::size_t now = held.fetch_add(300) + 300;
      std::size_t seen = most.load();
      while (seen < now && !most.compare_exchange_weak(seen, now)) {
      }
      held.fetch_sub(300);
      resource.deallocate(block, 300);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (std::thread& each : threads) each.join();
  EXPECT_LE(most.load(), 1000u);
  EXPECT_EQ(resource.used(), 0u);
}

}  // namespace
}  // namespace strata
