// strata::heap beyond what tests/conformance asks of every resource.
#include <gtest/gtest.h>
#include <strata/base/error.hpp>
#include <strata/heap/heap.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "support/opaque.hpp"

namespace {

using strata::heap;
using strata::test::opaque;

TEST(public_heap, a_limit_refuses_and_names_the_account) {
  heap small({.name = "small", .limit = 4 << 20});
  EXPECT_EQ(small.try_allocate(8 << 20), nullptr);
  try {
    (void)opaque(small.allocate(8 << 20));
    FAIL() << "allocated beyond the limit";
  } catch (const strata::out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "small");
    EXPECT_EQ(refusal.bytes(), std::size_t{8} << 20);
  }
}

TEST(public_heap, charges_its_account_and_the_parent) {
  strata::account parent({.name = "parent"});
  {
    heap child({.name = "child", .parent = &parent});
    (void)opaque(child.allocate(3 << 20));
    EXPECT_EQ(child.account().name(), "child");
    EXPECT_EQ(child.account().parent(), parent);
    EXPECT_GE(child.account().usage(), std::size_t{3} << 20);
    EXPECT_GE(parent.usage(), child.account().usage());
  }
  EXPECT_EQ(parent.usage(), 0u);
}

TEST(public_heap, an_account_outlives_its_heap) {
  auto made = std::make_unique<heap>(strata::heap_options{.name = "gone"});
  const strata::account kept = made->account();
  made.reset();
  EXPECT_EQ(kept.name(), "gone");
  EXPECT_EQ(kept.usage(), 0u);
}

TEST(public_heap, knows_its_own_blocks) {
  heap first;
  heap second;
  void* const small = first.allocate(10);
  void* const large = first.allocate(5 << 20);
  int local = 0;
  for (void* const block : {small, large}) {
    EXPECT_TRUE(first.owns(block));
    EXPECT_FALSE(second.owns(block));
  }
  EXPECT_FALSE(first.owns(nullptr));
  EXPECT_FALSE(first.owns(&local));
}

TEST(public_heap, walk_takes_visitors_with_and_without_a_result) {
  heap walked;
  for (int i = 0; i < 100; ++i) (void)opaque(walked.allocate(static_cast<std::size_t>(i) * 100));
  std::size_t blocks = 0;
  std::size_t bytes = 0;
  EXPECT_TRUE(walked.walk([&](void*, std::size_t usable) {
    ++blocks;
    bytes += usable;
  }));
  EXPECT_EQ(blocks, 100u);
  EXPECT_EQ(bytes, walked.statistics().live);
  blocks = 0;
  EXPECT_FALSE(walked.walk([&](void*, std::size_t) { return ++blocks < 10; }));
  EXPECT_EQ(blocks, 10u);
}

TEST(public_heap, walk_sees_what_other_threads_left) {
  heap walked;
  for (int i = 0; i < 4; ++i) {
    std::thread([&] { (void)opaque(walked.allocate(1000)); }).join();
  }
  std::size_t blocks = 0;
  walked.walk([&](void*, std::size_t) { ++blocks; });
  EXPECT_EQ(blocks, 4u);
}

TEST(public_heap, reset_keeps_the_heap_usable) {
  heap reused({.name = "reused", .limit = 16 << 20});
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 100; ++i) ASSERT_NE(reused.try_allocate(50000), nullptr) << round;
    ASSERT_NE(reused.try_allocate(4 << 20), nullptr) << round;
    reused.reset();
    EXPECT_EQ(reused.statistics().live, 0u);
    EXPECT_TRUE(reused.verify());
  }
}

TEST(public_heap, statistics_add_up) {
  heap counted;
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < 3000; ++i) blocks.push_back(counted.allocate(i));
  for (std::size_t i = 0; i < 3000; i += 2) counted.deallocate(blocks[i], i);
  (void)opaque(counted.allocate(2 << 20));
  const strata::heap_statistics now = counted.statistics();
  EXPECT_EQ(now.held,
            now.live + now.free_in_slabs + now.free_in_caches + now.retained + now.metadata);
  EXPECT_GE(now.large_live, std::size_t{2} << 20);
  EXPECT_GE(now.held_peak, now.held);
}

// What a period is, retention_test and process_test say, over a clock they can turn.
TEST(public_heap, pump_keeps_what_is_live) {
  heap pumped;
  std::vector<std::size_t, std::pmr::polymorphic_allocator<std::size_t>> numbers(100'000, 7,
                                                                                 &pumped);
  (void)strata::pump();
  EXPECT_EQ(std::count(numbers.begin(), numbers.end(), 7), 100'000);
  EXPECT_TRUE(pumped.verify());
}

TEST(public_heap, purge_gives_freed_memory_back) {
  heap purged;
  std::vector<void*> blocks;
  for (int i = 0; i < 1000; ++i) {
    blocks.push_back(purged.allocate(10000));
    std::memset(blocks.back(), 1, 10000);
  }
  for (void* const block : blocks) purged.deallocate(block, 10000);
  (void)purged.purge();
  EXPECT_LT(purged.statistics().held, std::size_t{1} << 20);
  EXPECT_EQ(purged.purge(), 0u);
}

TEST(public_heap_death, the_process_heap_cannot_be_reset) {
  EXPECT_DEATH(strata::process_heap().reset(), "reset of the process heap");
}

TEST(public_heap, try_expand_stays_where_it_is) {
  heap grown;
  const strata::sized_block given = grown.allocate_at_least(1000);
  EXPECT_TRUE(grown.try_expand(given.block, given.bytes));
  EXPECT_FALSE(grown.try_expand(given.block, opaque(SIZE_MAX)));
  EXPECT_EQ(grown.usable_size(given.block), given.bytes);
}

TEST(public_heap, the_process_heap_is_one) {
  EXPECT_EQ(&strata::process_heap(), &strata::process_heap());
  void* const block = strata::process_heap().allocate(10);
  EXPECT_TRUE(strata::process_heap().owns(block));
  strata::process_heap().deallocate(block, 10);
}

TEST(public_heap, any_thread_may_free) {
  heap shared;
  void* const block = shared.allocate(100);
  std::thread([&] { shared.deallocate(block, 100); }).join();
  EXPECT_TRUE(shared.verify());
}

TEST(public_heap_death, a_block_of_another_heap_is_diagnosed) {
  heap first({.name = "first"});
  heap second({.name = "second"});
  void* const block = second.allocate(10);
  EXPECT_DEATH(first.deallocate(block, 10), "wrong heap.*'first'");
}

}  // namespace
