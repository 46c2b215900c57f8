// strata::unsynchronized_heap beyond what tests/conformance asks of every resource.
#include <gtest/gtest.h>
#include <strata/base/error.hpp>
#include <strata/heap/unsynchronized_heap.hpp>

#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "heap/heap.hpp"
#include "heap/process_heaps.hpp"
#include "heap/unsynchronized_heap.hpp"
#include "support/opaque.hpp"

namespace {

using strata::unsynchronized_heap;
using strata::test::opaque;
namespace core = strata::core;

TEST(unsynchronized_heap, a_limit_refuses_and_names_the_account) {
  unsynchronized_heap small({.name = "small", .limit = 4 << 20});
  EXPECT_EQ(small.try_allocate(8 << 20), nullptr);
  try {
    (void)opaque(small.allocate(8 << 20));
    FAIL() << "allocated beyond the limit";
  } catch (const strata::out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "small");
    EXPECT_EQ(refusal.bytes(), std::size_t{8} << 20);
  }
}

TEST(unsynchronized_heap, its_end_returns_every_charge) {
  strata::account parent({.name = "parent"});
  for (int round = 0; round < 50; ++round) {
    unsynchronized_heap child({.name = "child", .parent = &parent});
    for (std::size_t size = 1; size < (2 << 20); size += size / 2 + 1) {
      (void)opaque(child.allocate(size));
    }
    EXPECT_GE(parent.usage(), std::size_t{2} << 20);
  }
  EXPECT_EQ(parent.usage(), 0u);
}

TEST(unsynchronized_heap, walk_sees_exactly_the_live_blocks) {
  unsynchronized_heap walked;
  std::set<void*> live;
  std::vector<void*> blocks;
  for (std::size_t size = 0; size < 400000; size += size / 8 + 1) {
    for (int i = 0; i < 3; ++i) blocks.push_back(walked.allocate(size));
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    i % 3 == 0 ? walked.deallocate(blocks[i], 0) : static_cast<void>(live.insert(blocks[i]));
  }
  std::set<void*> seen;
  walked.walk([&](void* block, std::size_t) { seen.insert(block); });
  EXPECT_EQ(seen, live);
  EXPECT_TRUE(walked.verify());
}

TEST(unsynchronized_heap, reset_keeps_the_heap_usable) {
  unsynchronized_heap reused({.name = "reused", .limit = 16 << 20});
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 100; ++i) ASSERT_NE(reused.try_allocate(50000), nullptr) << round;
    ASSERT_NE(reused.try_allocate(4 << 20), nullptr) << round;
    reused.reset();
    EXPECT_EQ(reused.statistics().live, 0u);
    EXPECT_TRUE(reused.verify());
  }
}

TEST(unsynchronized_heap, purge_gives_freed_memory_back) {
  unsynchronized_heap purged;
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

TEST(unsynchronized_heap, may_pass_from_thread_to_thread) {
  unsynchronized_heap passed;
  void* block = passed.allocate(100);
  std::thread([&] {
    passed.deallocate(block, 100);
    block = passed.allocate(200);
  }).join();
  EXPECT_TRUE(passed.owns(block));
  passed.deallocate(block, 200);
  EXPECT_TRUE(passed.verify());
}

// The core offers more than the resource does.
class unsynchronized_core : public testing::Test {
 protected:
  using heap_type = core::basic_unsynchronized_heap<strata::os::platform>;

  void SetUp() override {
    core::start();
    charged_ = core::the_process.shared().accounts.create("core", SIZE_MAX, nullptr);
    ASSERT_TRUE(heap_.start(*charged_, core::the_process.first_class_retention()));
  }
  void TearDown() override {
    EXPECT_TRUE(heap_.invariant());
    heap_.end();
    core::the_process.shared().accounts.release(charged_);
  }

  core::account* charged_ = nullptr;
  heap_type heap_{core::the_process.shared()};
};

TEST_F(unsynchronized_core, zeroed_blocks_are_zeros_also_when_reused) {
  for (const std::size_t size : {1u, 16u, 17u, 200u, 5000u, 100000u, 1u << 20}) {
    for (int round = 0; round < 3; ++round) {
      auto* const block = static_cast<unsigned char*>(heap_.allocate_zeroed(size));
      ASSERT_NE(block, nullptr);
      for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(block[i], 0) << i << " of " << size;
      std::memset(block, 0xff, size);
      heap_.deallocate(block);
    }
  }
}

TEST_F(unsynchronized_core, reallocate_keeps_contents) {
  auto* block = static_cast<unsigned char*>(heap_.allocate(10));
  std::size_t before = 10;
  std::memset(block, 0x42, before);
  for (std::size_t size = 20; size < (8 << 20); size *= 3) {
    block = static_cast<unsigned char*>(heap_.reallocate(block, size));
    ASSERT_NE(block, nullptr);
    for (std::size_t i = 0; i < before; ++i) ASSERT_EQ(block[i], 0x42) << i << " of " << size;
    std::memset(block, 0x42, size);
    before = size;
  }
  EXPECT_EQ(heap_.reallocate(block, opaque(SIZE_MAX)), nullptr);
  heap_.deallocate(block);
}

TEST_F(unsynchronized_core, impossible_requests_are_refused) {
  EXPECT_EQ(heap_.allocate(opaque(SIZE_MAX)), nullptr);
  EXPECT_EQ(heap_.allocate(opaque(SIZE_MAX - 14)), nullptr);
  EXPECT_EQ(heap_.allocate_zeroed(opaque(SIZE_MAX / 2 + 1)), nullptr);
  EXPECT_EQ(heap_.allocate_aligned(100, std::size_t{1} << 63), nullptr);
  EXPECT_NE(heap_.allocate(0), nullptr);
}

// -- Mistakes -------------------------------------------------------------------------

class unsynchronized_heap_death : public testing::TestWithParam<std::size_t> {
 protected:
  unsynchronized_heap mine_{{.name = "mine"}};
  void* const block_ = mine_.allocate(GetParam());
};

TEST_P(unsynchronized_heap_death, the_process_wide_free_is_diagnosed) {
  EXPECT_DEATH(core::deallocate(block_), "wrong heap");
  EXPECT_DEATH(core::deallocate_sized(block_, GetParam()), "wrong heap");
  EXPECT_DEATH((void)core::reallocate(block_, 3 * GetParam()), "wrong heap");
  EXPECT_DEATH((void)core::try_expand(block_, 3 * GetParam()), "wrong heap");
}

TEST_P(unsynchronized_heap_death, another_heap_is_diagnosed) {
  strata::heap other({.name = "other"});
  EXPECT_DEATH(other.deallocate(block_, GetParam()), "wrong heap.*'other'");
}

TEST_P(unsynchronized_heap_death, another_unsynchronized_heap_is_diagnosed) {
  unsynchronized_heap other({.name = "other"});
  EXPECT_DEATH(other.deallocate(block_, GetParam()), "wrong heap.*'other'");
}

TEST_P(unsynchronized_heap_death, a_block_from_elsewhere_is_diagnosed) {
  strata::heap other({.name = "other"});
  void* const foreign = other.allocate(GetParam());
  EXPECT_DEATH(mine_.deallocate(foreign, GetParam()), "wrong heap.*'mine'");
  EXPECT_DEATH((void)mine_.usable_size(foreign), "wrong heap.*'mine'");
}

TEST_P(unsynchronized_heap_death, a_second_free_is_diagnosed) {
  void* const neighbour = mine_.allocate(GetParam());
  mine_.deallocate(block_, GetParam());
  EXPECT_DEATH(mine_.deallocate(block_, GetParam()), "double free");
  mine_.deallocate(neighbour, GetParam());
}

TEST_P(unsynchronized_heap_death, a_wrong_size_is_diagnosed) {
  EXPECT_DEATH(mine_.deallocate(block_, mine_.usable_size(block_) + 1), "size");
}

// A small, a medium and a large block.
INSTANTIATE_TEST_SUITE_P(sizes, unsynchronized_heap_death,
                         testing::Values(std::size_t{40}, std::size_t{20000},
                                         std::size_t{1} << 20));

}  // namespace
