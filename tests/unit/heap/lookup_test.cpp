// Every way of freeing what is no block ends in the diagnosis that fits.
#include "heap/lookup.hpp"

#include <vector>

#include "support/fake_process.hpp"

namespace strata::core {
namespace {

class lookup_test : public test::process_fixture {
 protected:
  static void* at(void* block, std::size_t bytes) { return base::advance(block, bytes); }
};

using lookup_death_test = lookup_test;

TEST_F(lookup_test, finds_the_head_from_every_granule_of_a_medium_slab) {
  std::vector<void*> blocks;
  for (int i = 0; i < 10; ++i) blocks.push_back(allocate(100'000));
  for (void* block : blocks) {
    const slab& head = find_block(process_->shared(), block);
    EXPECT_EQ(head.size_class, class_of(100'000));
    EXPECT_EQ(head.head_distance, 0u);
  }
}

// The short way of medium blocks is their owner's alone.
TEST_F(lookup_test, medium_blocks_freed_by_another_thread_wait_for_their_owner) {
  void* const kept = allocate(20'000);
  void* const freed_by_other = allocate(20'000);
  void* const freed_here = allocate(20'000);
  const slab& head = find_block(process_->shared(), kept);
  test::stepping_thread other;
  other.run([&] { deallocate(freed_by_other); });
  EXPECT_EQ(head.used, 3u);
  deallocate(freed_here);
  EXPECT_EQ(head.used, 2u);
  other.end();
  process_->flush_thread();
  EXPECT_EQ(head.used, 1u);
  deallocate(kept);
}

// The owner has not looked, and allocates from that slab for all it knows.
TEST_F(lookup_death_test, a_second_free_of_a_medium_block_whose_slab_others_gave_back) {
  constexpr std::size_t size = 200'000;
  std::vector<void*> made(20 * blocks_per_slab(class_of(size)));
  for (void*& block : made) block = allocate(size);
  test::stepping_thread other;
  other.run([&] {
    for (void* block : made) deallocate(block);
  });
  other.end();
  slab& head = find_block(process_->shared(), made.back());
  ASSERT_EQ(head.state, slab_state::active);
  ASSERT_TRUE(is_gone(head));
  EXPECT_DEATH(deallocate(made.back()), "double free");
  process_->flush_thread();
}

TEST_F(lookup_death_test, a_second_free_by_the_owner) {
  for (const std::size_t size : {16u, 1000u, 100'000u, 1'000'000u}) {
    void* const kept = allocate(size);
    void* const block = allocate(size);
    deallocate(block);
    EXPECT_DEATH(deallocate(block), "double free") << size;
    deallocate(kept);
  }
}

TEST_F(lookup_death_test, a_second_free_after_the_block_is_on_the_list_again) {
  void* blocks[300];
  for (void*& block : blocks) block = allocate(16);
  for (void* block : blocks) deallocate(block);
  static_cast<void>(allocate(16));  // takes all that came back
  EXPECT_DEATH(deallocate(blocks[0]), "double free");
}

TEST_F(lookup_death_test, a_second_free_by_another_thread) {
  void* const block = allocate(64);
  deallocate(block);
  test::stepping_thread other;
  other.run([&] { deallocate(block); });
  other.end();
  EXPECT_DEATH(process_->flush_thread(), "double free");
}

TEST_F(lookup_death_test, two_frees_by_another_thread) {
  void* const block = allocate(64);
  EXPECT_DEATH(
      {
        test::stepping_thread other;
        other.run([&] {
          deallocate(block);
          deallocate(block);
        });
        other.end();
        process_->flush_thread();
      },
      "double free");
}

TEST_F(lookup_test, a_live_block_that_holds_the_key_of_free_ones_is_freed) {
  auto* const block = static_cast<core::block*>(allocate(64));
  block->key = &process_->shared().slabs.find(block);
  deallocate(block);
  process_->purge();
  EXPECT_EQ(root().usage(), 0u);
  auto* const again = static_cast<core::block*>(allocate(64));
  again->key = &process_->shared().slabs.find(again);
  test::stepping_thread other;
  other.run([&] { deallocate(again); });
  other.end();
  process_->purge();
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(lookup_death_test, memory_from_elsewhere) {
  static_cast<void>(allocate(1));
  alignas(16) int local = 0;
  static int constant;
  EXPECT_DEATH(deallocate(&local), "foreign free");
  EXPECT_DEATH(deallocate(&constant), "foreign free");
  EXPECT_DEATH(deallocate(reinterpret_cast<void*>(16)), "foreign free");
  EXPECT_DEATH(deallocate(reinterpret_cast<void*>(UINTPTR_MAX - 15)), "foreign free");
}

TEST_F(lookup_death_test, memory_a_window_away) {
  void* const block = allocate(64);
  const std::size_t window = process_->shared().regions.window().size();
  EXPECT_DEATH(deallocate(at(block, window)), "foreign free");
  EXPECT_DEATH(deallocate(reinterpret_cast<std::byte*>(block) - window), "foreign free");
}

TEST_F(lookup_death_test, the_middle_of_a_block) {
  EXPECT_DEATH(deallocate(at(allocate(1000), 16)), "interior free");
  EXPECT_DEATH(deallocate(at(allocate(100'000), 16)), "interior free");
  EXPECT_DEATH(deallocate(at(allocate(100'000), granule_bytes + 16)), "interior free");
  EXPECT_DEATH(deallocate(at(allocate(1'000'000), 16)), "interior free");
  EXPECT_DEATH(deallocate(at(allocate(1'000'000), 5 * granule_bytes)), "interior free");
}

TEST_F(lookup_death_test, no_allocation_is_that_badly_aligned) {
  EXPECT_DEATH(deallocate(at(allocate(1000), 8)), "misaligned free");
  EXPECT_DEATH(deallocate(at(allocate(100'000), 1)), "misaligned free");
  EXPECT_DEATH(deallocate(at(allocate(1'000'000), 4)), "misaligned free");
}

TEST_F(lookup_death_test, a_block_that_was_never_handed_out) {
  void* const block = allocate(100'000);
  EXPECT_DEATH(deallocate(at(block, class_size(class_of(100'000)))), "invalid free");
}

TEST_F(lookup_death_test, a_place_without_blocks) {
  void* const block = allocate(1'000'000);
  EXPECT_DEATH(deallocate(at(block, 2 * base::mib)), "invalid free");
  void* blocks[70];
  for (void*& each : blocks) each = allocate(8000);
  for (void* each : blocks) deallocate(each);
  process_->purge();
  EXPECT_DEATH(deallocate(blocks[0]), "invalid free");
}

TEST_F(lookup_death_test, a_size_that_the_block_does_not_have) {
  for (const std::size_t size : {64u, 100'000u, 1'000'000u}) {
    void* const block = allocate(size);
    EXPECT_DEATH(process_->deallocate_sized(block, process_->usable_size(block) + 1), "sized free");
    process_->deallocate_sized(block, size);
  }
}

TEST_F(lookup_death_test, questions_about_what_is_no_block) {
  void* const block = allocate(64);
  EXPECT_DEATH(static_cast<void>(process_->usable_size(at(block, 16))), "interior free");
  EXPECT_DEATH(static_cast<void>(process_->reallocate(at(block, 16), 5)), "interior free");
}

}  // namespace
}  // namespace strata::core
