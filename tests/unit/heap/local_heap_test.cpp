// What one thread owns: where a refill finds blocks, what becomes of slabs, and
// what becomes of all of it when the thread ends. Through the process, which is
// what drives it.
#include "heap/local_heap.hpp"

#include <set>
#include <vector>

#include "support/fake_process.hpp"

namespace strata::core {
namespace {

class local_heap_test : public test::process_fixture {
 protected:
  using local = process::local;

  [[nodiscard]] local& mine() { return *this_thread<test::fake_config>.process_local; }
  [[nodiscard]] const auto& queue_for(std::size_t size) { return mine().queue_of(class_of(size)); }
  [[nodiscard]] slab& record_of(const void* block) {
    return head_of(process_->shared().slabs.find(block));
  }

  // As many blocks as whole slabs hold.
  [[nodiscard]] std::vector<void*> fill_slabs(std::size_t size, std::size_t slabs) {
    std::vector<void*> blocks(slabs * blocks_per_slab(class_of(size)));
    for (void*& block : blocks) block = allocate(size);
    return blocks;
  }
};

TEST_F(local_heap_test, a_new_class_touches_one_page_at_first) {
  deallocate(allocate(64));
  EXPECT_EQ(queue_for(64).slabs, 1u);
  EXPECT_EQ(queue_for(64).active, queue_for(64).fresh);
  EXPECT_EQ(record_of(queue_for(64).list).extended, 4 * base::kib / 64);
}

TEST_F(local_heap_test, a_busy_class_is_extended_in_larger_steps) {
  const auto blocks = fill_slabs(64, 5);
  void* const next = allocate(64);
  EXPECT_EQ(record_of(next).extended, 16 * base::kib / 64);
  for (void* block : blocks) deallocate(block);
  deallocate(next);
}

TEST_F(local_heap_test, medium_blocks_come_one_by_one) {
  void* const block = allocate(100 * base::kib);
  EXPECT_EQ(record_of(block).extended, 1u);
  deallocate(block);
}

TEST_F(local_heap_test, pages_that_are_resident_are_handed_out_further_at_once) {
  auto blocks = fill_slabs(2048, 1);
  void* const keep = allocate(2048);  // so that the full slab is not the one at hand
  for (void* block : blocks) deallocate(block);
  deallocate(keep);
  process_->flush_thread();
  const std::uint64_t before = mine().statistics().refills_from_fresh;
  for (void*& block : blocks) block = allocate(2048);
  EXPECT_LE(mine().statistics().refills_from_fresh - before, 2u);
  for (void* block : blocks) deallocate(block);
}

TEST_F(local_heap_test, blocks_are_used_from_low_addresses_up) {
  std::byte* before = nullptr;
  for (std::size_t i = 0; i < blocks_per_slab(class_of(64)); ++i) {
    auto* const block = static_cast<std::byte*>(allocate(64));
    ASSERT_TRUE(before == nullptr || block == before + 64);
    before = block;
  }
}

TEST_F(local_heap_test, what_the_active_slab_got_back_serves_before_new_memory) {
  std::vector<void*> blocks(4 * base::kib / 64);  // all that was handed out so far
  for (void*& block : blocks) block = allocate(64);
  deallocate(blocks[7]);
  EXPECT_EQ(allocate(64), blocks[7]);
  EXPECT_EQ(mine().statistics().refills_from_fresh, 1u);
  EXPECT_EQ(mine().statistics().refills_from_queue, 0u);
}

TEST_F(local_heap_test, partial_slabs_serve_before_fresh_ones_and_in_order) {
  const auto blocks = fill_slabs(64, 3);
  void* const next = allocate(64);
  EXPECT_EQ(queue_for(64).slabs, 4u);
  const std::size_t capacity = blocks_per_slab(class_of(64));
  void* const early = blocks[capacity];  // of the second slab
  void* const late = blocks[0];
  deallocate(early);
  deallocate(late);
  EXPECT_EQ(record_of(early).state, slab_state::partial);
  std::vector<void*> order;
  while (order.size() < 2 && queue_for(64).slabs == 4) {
    void* const block = allocate(64);
    if (block == early || block == late) order.push_back(block);
  }
  EXPECT_EQ(order, (std::vector<void*>{early, late}));
  deallocate(next);
}

TEST_F(local_heap_test, an_empty_slab_goes_back_to_its_segment) {
  const auto blocks = fill_slabs(64, 3);
  void* const next = allocate(64);
  const std::size_t usage = root().usage();
  const std::size_t capacity = blocks_per_slab(class_of(64));
  for (std::size_t i = 0; i < capacity; ++i) deallocate(blocks[i]);
  EXPECT_EQ(queue_for(64).slabs, 3u);
  EXPECT_EQ(root().usage(), usage - granule_bytes);
  EXPECT_EQ(process_heap().retained(), granule_bytes);
  deallocate(next);
}

TEST_F(local_heap_test, a_full_slab_takes_the_slow_path_once) {
  const auto blocks = fill_slabs(64, 1);
  void* const next = allocate(64);
  EXPECT_EQ(record_of(blocks[0]).bound, 0u);
  deallocate(blocks[0]);
  EXPECT_NE(record_of(blocks[0]).bound, 0u);
  deallocate(blocks[1]);
  deallocate(next);
}

TEST_F(local_heap_test, an_ending_thread_closes_all_its_slabs) {
  test::stepping_thread other;
  std::vector<void*> blocks;
  other.run([&] {
    for (const std::size_t size : {64u, 1000u, 5000u, 100000u}) {
      blocks = fill_slabs(size, 3);
      for (std::size_t i = 0; i < blocks.size(); i += 3) deallocate(blocks[i]);
    }
  });
  other.end();
  std::size_t slabs = 0;
  process_heap().segments().for_each_slab([&](const slab& record) {
    ++slabs;
    EXPECT_EQ(record.bound, 0u);
  });
  EXPECT_GT(slabs, 10u);
}

TEST_F(local_heap_test, what_a_thread_left_is_adopted_whole) {
  test::stepping_thread first;
  std::vector<void*> blocks;
  local* left = nullptr;
  first.run([&] {
    blocks = fill_slabs(64, 2);
    left = &mine();
  });
  first.end();
  EXPECT_EQ(left->token(), token_orphan);
  test::stepping_thread second;
  second.run([&] {
    void* const block = allocate(1000);
    EXPECT_EQ(&mine(), left);
    EXPECT_EQ(left->token(), os::thread_token());
    for (void* each : blocks) deallocate(each);
    EXPECT_TRUE(left->outgoing().empty()) << "they are its own blocks now";
    deallocate(block);
  });
  EXPECT_EQ(process_heap().statistics().adoptions, 1u);
  second.end();
  EXPECT_EQ(root().usage(), 0u);
}

// A thread past its end works on an orphan, whose lists the next owner must find.
TEST_F(local_heap_test, blocks_on_an_orphans_lists_are_not_lost_to_its_next_owner) {
  void* late = nullptr;
  test::stepping_thread first;
  first.run([&] {
    deallocate(allocate(64));
    process_->end_thread();
    late = allocate(64);
  });
  ASSERT_NE(late, nullptr);
  first.end();
  test::stepping_thread second;
  second.run([&] {
    deallocate(allocate(64));
    deallocate(late);
    process_->flush_thread();
    EXPECT_EQ(root().usage(), 0u) << "an empty slab is kept for blocks that nobody has";
  });
}

TEST_F(local_heap_test, remote_frees_arrive_when_a_list_runs_empty) {
  auto blocks = fill_slabs(64, 2);
  test::stepping_thread other;
  other.run([&] {
    for (void* block : blocks) deallocate(block);
  });
  other.end();
  const std::set<void*> freed(blocks.begin(), blocks.end());
  std::size_t reused = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) reused += freed.count(allocate(64));
  EXPECT_EQ(reused, blocks.size());
  EXPECT_GT(mine().statistics().refills_from_mail, 0u);
}

TEST_F(local_heap_test, a_thread_that_only_frees_sends_in_batches_too) {
  const auto blocks = fill_slabs(64, 1);
  test::stepping_thread other;
  other.run([&] {
    for (std::size_t i = 0; i < 128; ++i) deallocate(blocks[i]);
    EXPECT_EQ(mine().outgoing().batches_sent(), 2u);
    EXPECT_EQ(mine().outgoing().blocks_sent(), 128u);
  });
  other.end();
  EXPECT_EQ(remote_now(record_of(blocks[0])).count(), 128u);
}

TEST_F(local_heap_test, a_slab_that_others_emptied_serves_the_refill_that_finds_it) {
  const auto blocks = fill_slabs(1024, 1);
  test::stepping_thread other;
  other.run([&] {
    for (void* block : blocks) deallocate(block);
  });
  other.end();
  const std::uint64_t slabs = mine().statistics().refills_from_segment;
  const std::set<void*> freed(blocks.begin(), blocks.end());
  EXPECT_EQ(freed.count(allocate(1024)), 1u);
  EXPECT_EQ(mine().statistics().refills_from_segment, slabs);
}

TEST_F(local_heap_test, what_others_freed_waits_until_its_class_has_nothing_else) {
  static_cast<void>(allocate(1000));
  const auto blocks = fill_slabs(64, 3);
  const std::size_t capacity = blocks_per_slab(class_of(64));
  test::stepping_thread other;
  other.run([&] {
    for (std::size_t i = 0; i < capacity; ++i) deallocate(blocks[i]);
  });
  deallocate(blocks[capacity]);
  while (mine().queue_of(class_of(64)).list != nullptr) static_cast<void>(allocate(64));
  EXPECT_EQ(allocate(64), blocks[capacity]) << "a slab of its own";
  for (int i = 0; i < 10; ++i) static_cast<void>(allocate(1000));
  EXPECT_EQ(remote_now(record_of(blocks[0])).count(), capacity) << "another class looked";
  EXPECT_EQ(&record_of(allocate(64)), &record_of(blocks[0]));
  EXPECT_EQ(mine().statistics().refills_from_mail, 1u);
}

TEST_F(local_heap_test, before_memory_is_added_the_mail_of_all_classes_is_read) {
  const auto blocks = fill_slabs(64, 3);
  test::stepping_thread other;
  other.run([&] {
    for (std::size_t i = 0; i < 2 * blocks_per_slab(class_of(64)); ++i) deallocate(blocks[i]);
  });
  const std::size_t usage = root().usage();
  static_cast<void>(allocate(1000));
  EXPECT_EQ(queue_for(64).slabs, 1u);
  EXPECT_EQ(root().usage(), usage - granule_bytes) << "two slabs went, one came";
}

TEST_F(local_heap_test, an_owner_that_is_awake_looks_before_much_waits) {
  const auto blocks = fill_slabs(1024, 20);  // 1.25 MiB
  const auto others = fill_slabs(64, 2);
  for (void* const block : others) deallocate(block);  // so that nothing has to be added
  test::stepping_thread other;
  other.run([&] {
    for (void* const block : blocks) deallocate(block);
  });
  for (std::size_t i = 0; i < others.size() / 4 * 3; ++i) static_cast<void>(allocate(64));
  EXPECT_LE(queue_for(1024).slabs, 4u);
}

// The active slab gets blocks back too, by the same mail and behind the emptied one.
TEST_F(local_heap_test, a_slab_that_others_emptied_is_not_forgotten_for_another) {
  const auto blocks = fill_slabs(1024, 2);
  const std::size_t half = blocks.size() / 2;
  test::stepping_thread other;
  other.run([&] {
    for (std::size_t i = 0; i < 4; ++i) deallocate(blocks[half + i]);  // a batch
    for (std::size_t i = 0; i < half; ++i) deallocate(blocks[i]);
  });
  other.end();
  ASSERT_EQ(queue_for(1024).slabs, 2u);
  deallocate(allocate(1024));
  for (std::size_t i = half + 4; i < blocks.size(); ++i) deallocate(blocks[i]);
  process_->flush_thread();
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(local_heap_test, few_remote_frees_wait_in_the_outbox_until_the_thread_ends) {
  void* const block = allocate(64);
  test::stepping_thread other;
  other.run([&] {
    static_cast<void>(allocate(16));  // so that it has an outbox
    deallocate(block);
    EXPECT_FALSE(mine().outgoing().empty());
  });
  other.end();
  process_->flush_thread();
  EXPECT_EQ(record_of(block).used, 0u);
}

}  // namespace
}  // namespace strata::core
