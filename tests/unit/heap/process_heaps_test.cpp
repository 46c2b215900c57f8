// First-class heaps: created and destroyed by the thousand, limited, walked,
// reset, and used by any thread.
#include "heap/process_heaps.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "support/fake_process.hpp"

namespace strata::core {
namespace {

class process_heaps_test : public test::process_fixture {
 protected:
  [[nodiscard]] heap& make(std::size_t limit = base::unlimited, account* parent = nullptr) {
    heap* const made = process_->create_heap("made", limit, parent);
    EXPECT_NE(made, nullptr);
    return *made;
  }
  [[nodiscard]] void* allocate_from(heap& from, std::size_t size) {
    void* const block = process_->allocate_from(from, size, block_alignment);
    if (block != nullptr) std::memset(block, 0xee, size);
    return block;
  }
  // Blocks of all kinds.
  std::vector<void*> fill(heap& from) {
    std::vector<void*> blocks;
    for (int i = 0; i < 300; ++i) blocks.push_back(allocate_from(from, 1 + 50u * unsigned(i)));
    for (int i = 0; i < 20; ++i) blocks.push_back(allocate_from(from, 100'000));
    for (int i = 0; i < 5; ++i) blocks.push_back(allocate_from(from, 1'000'000));
    return blocks;
  }
  [[nodiscard]] std::size_t free_granules() { return process_->shared().regions.free_granules(); }
  [[nodiscard]] std::size_t opened_granules() {
    return process_->shared().regions.window().opened() / granule_bytes;
  }
};

TEST_F(process_heaps_test, blocks_belong_to_their_heap_and_are_charged_there) {
  heap& first = make();
  heap& second = make();
  void* const small = allocate_from(first, 100);
  void* const large = allocate_from(second, base::mib);
  EXPECT_EQ(process_->heap_of(small), &first);
  EXPECT_EQ(process_->heap_of(large), &second);
  EXPECT_EQ(first.account().usage(), granule_bytes);
  EXPECT_EQ(second.account().usage(), base::mib);
  EXPECT_EQ(root().usage(), granule_bytes + base::mib);
  deallocate(large);
  EXPECT_EQ(second.account().usage(), 0u);
  process_->destroy_heap(first);
  process_->destroy_heap(second);
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(process_heaps_test, destruction_returns_everything_to_the_regions) {
  heap& made = make();
  fill(made);
  EXPECT_TRUE(made.invariant());
  const std::size_t resident = os::resident_bytes();
  process_->destroy_heap(made);
  EXPECT_EQ(free_granules(), opened_granules());
  EXPECT_LT(os::resident_bytes(), resident - 6 * base::mib);
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(process_heaps_test, a_reset_heap_is_empty_and_usable) {
  heap& made = make();
  for (int round = 0; round < 5; ++round) {
    fill(made);
    made.reset();
    ASSERT_TRUE(made.invariant());
    EXPECT_EQ(made.account().usage(), 0u);
    EXPECT_TRUE(walk(made).empty());
    EXPECT_LE(made.retained(), 64 * base::kib) << "thousands of heaps keep little each";
  }
  process_->destroy_heap(made);
}

TEST_F(process_heaps_test, zeroed_blocks_are_zero_after_a_reset) {
  heap& made = make();
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t size : {100u, 5000u, 100'000u, 1'000'000u}) {
      auto* const block = static_cast<std::byte*>(process_->allocate_zeroed_from(made, size));
      ASSERT_TRUE(std::all_of(block, block + size, [](std::byte b) { return b == std::byte{}; }));
      std::memset(block, 0xee, size);
    }
    made.reset();
  }
  process_->destroy_heap(made);
}

TEST_F(process_heaps_test, what_one_heap_gave_back_serves_another) {
  heap& first = make();
  fill(first);
  process_->destroy_heap(first);
  const std::size_t committed = os::committed_bytes();
  for (int i = 0; i < 10; ++i) {
    heap& next = make();
    fill(next);
    process_->destroy_heap(next);
  }
  EXPECT_EQ(os::committed_bytes(), committed);
}

TEST_F(process_heaps_test, a_walk_visits_exactly_the_live_blocks) {
  heap& made = make();
  std::vector<void*> blocks = fill(made);
  for (std::size_t i = 0; i < blocks.size() / 2; ++i) {
    deallocate(blocks[i * 2]);
    blocks[i * 2] = nullptr;
  }
  std::erase(blocks, nullptr);
  std::vector<void*> seen = walk(made);
  std::sort(blocks.begin(), blocks.end());
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, blocks);
  process_->destroy_heap(made);
}

TEST_F(process_heaps_test, a_walk_ends_when_its_visitor_wants_no_more) {
  heap& made = make();
  fill(made);
  int visits = 0;
  const auto visit = [](void* context, void*, std::size_t) noexcept {
    return ++*static_cast<int*>(context) < 5;
  };
  EXPECT_FALSE(core::walk(made, visit, &visits));
  EXPECT_EQ(visits, 5);
  process_->destroy_heap(made);
}

TEST_F(process_heaps_test, a_limit_refuses_and_what_is_freed_counts_again) {
  heap& made = make(2 * base::mib);
  std::vector<void*> blocks;
  while (void* const block = allocate_from(made, 30'000)) blocks.push_back(block);
  EXPECT_GT(blocks.size(), 40u);
  EXPECT_LE(made.account().peak(), 2 * base::mib);
  EXPECT_GT(made.account().refusals(), 0u);
  EXPECT_EQ(allocate_from(made, 3 * base::mib), nullptr);
  for (void* block : blocks) deallocate(block);
  process_->flush_thread();
  EXPECT_EQ(made.account().usage(), 0u);
  EXPECT_NE(allocate_from(made, base::mib), nullptr);
  process_->destroy_heap(made);
}

TEST_F(process_heaps_test, reallocation_stays_in_the_heap_and_under_its_limit) {
  heap& made = make(4 * base::mib);
  void* block = allocate_from(made, 100);
  for (const std::size_t size : {10'000u, 300'000u, 3'000'000u}) {
    block = process_->reallocate(block, size);
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(process_->heap_of(block), &made);
  }
  EXPECT_EQ(process_->reallocate(block, 5 * base::mib), nullptr);
  EXPECT_EQ(static_cast<std::byte*>(block)[99], std::byte{0xee});
  process_->destroy_heap(made);
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(process_heaps_test, thousands_of_heaps_are_normal) {
  std::vector<heap*> heaps;
  for (int i = 0; i < 3000; ++i) {
    heaps.push_back(&make());
    ASSERT_NE(allocate_from(*heaps.back(), 100), nullptr);
  }
  for (heap* each : heaps) ASSERT_NE(allocate_from(*each, 100), nullptr);
  EXPECT_LT(os::resident_bytes(), 3000 * 64 * base::kib);
  for (heap* each : heaps) process_->destroy_heap(*each);
  EXPECT_EQ(root().usage(), 0u);
  EXPECT_EQ(free_granules(), opened_granules());
  const std::size_t metadata = process_->shared().metadata.total();
  for (int i = 0; i < 3000; ++i) {
    heap& made = make();
    static_cast<void>(allocate_from(made, 100));
    process_->destroy_heap(made);
  }
  EXPECT_EQ(process_->shared().metadata.total(), metadata) << "structures are recycled";
}

TEST_F(process_heaps_test, a_parent_account_sees_its_heaps) {
  account* const parent = process_.accounts().create("parent", 3 * base::mib, nullptr);
  heap& first = make(base::unlimited, parent);
  heap& second = make(base::unlimited, parent);
  ASSERT_NE(allocate_from(first, 2 * base::mib), nullptr);
  EXPECT_EQ(allocate_from(second, 2 * base::mib), nullptr);
  process_->destroy_heap(first);
  EXPECT_NE(allocate_from(second, 2 * base::mib), nullptr);
  process_->destroy_heap(second);
  EXPECT_EQ(parent->usage(), 0u);
  process_.accounts().release(parent);
}

TEST_F(process_heaps_test, any_thread_uses_and_frees) {
  heap& made = make();
  std::vector<void*> blocks;
  test::stepping_thread other;
  other.run([&] { blocks = fill(made); });
  EXPECT_EQ(made.locals().size(), 1u);
  for (void* block : blocks) deallocate(block);
  static_cast<void>(allocate_from(made, 100));
  EXPECT_EQ(made.locals().size(), 2u);
  other.end();
  EXPECT_TRUE(made.invariant());
  EXPECT_EQ(walk(made).size(), 1u);
  process_->destroy_heap(made);
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(process_heaps_test, a_thread_notices_that_a_heap_it_used_is_gone) {
  test::stepping_thread other;
  for (int i = 0; i < 50; ++i) {
    heap& made = make();
    other.run([&] { ASSERT_NE(allocate_from(made, 100), nullptr); });
    process_->destroy_heap(made);
    ASSERT_TRUE(process_.invariant());
  }
  EXPECT_LT(process_->shared().metadata.total(), 4 * (sizeof(heap) + sizeof(process::local)));
}

TEST_F(process_heaps_test, creation_is_refused_without_harm) {
  for (std::size_t n = 1; n <= 4; ++n) {
    os::fail_from(n);
    if (heap* const made = process_->create_heap("refused", base::unlimited, nullptr)) {
      process_->destroy_heap(*made);
    }
    os::fail_none();
    EXPECT_TRUE(process_.invariant());
  }
}

}  // namespace
}  // namespace strata::core
