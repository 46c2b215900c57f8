// Slabs of a sleeping thread whose blocks all wait in its mail give their pages
// back, and nothing else does.
#include "heap/reclaim.hpp"

#include <cstddef>
#include <cstring>
#include <vector>

#include "support/fake_process.hpp"

namespace strata::core {
namespace {

class reclaim_test : public test::process_fixture {
 protected:
  static constexpr std::size_t size = 1024;
  static constexpr std::size_t slab_count = 512;  // 32 MiB, four times what may wait

  void fill(test::stepping_thread& owner, std::size_t count, std::size_t bytes = size) {
    owner.run([&] {
      for (std::size_t i = 0; i < count; ++i) {
        blocks_.push_back(allocate(bytes));
        std::memset(blocks_.back(), 0xee, bytes);
      }
    });
  }

  void free_all() {
    for (void* block : blocks_) deallocate(block);
    blocks_.clear();
  }

  [[nodiscard]] std::size_t gone() {
    std::size_t count = 0;
    process_heap().segments().for_each_slab([&](slab& head) { count += is_gone(head); });
    return count;
  }

  std::vector<void*> blocks_;
};

TEST_F(reclaim_test, a_sleeping_owner_keeps_little_of_what_others_freed) {
  test::stepping_thread owner;
  fill(owner, slab_count * blocks_per_slab(class_of(size)));
  free_all();
  EXPECT_GE(gone(), slab_count / 2);
  owner.end();
  process_->purge();
  EXPECT_EQ(gone(), 0u);
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(reclaim_test, medium_slabs_go_too) {
  test::stepping_thread owner;
  fill(owner, 64 * blocks_per_slab(class_of(100'000)), 100'000);
  free_all();
  EXPECT_GT(gone(), 0u);
  owner.end();
  process_->purge();
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(reclaim_test, a_slab_with_one_live_block_keeps_its_contents) {
  test::stepping_thread owner;
  fill(owner, slab_count * blocks_per_slab(class_of(size)));
  std::vector<unsigned char*> kept;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const bool keep = i % (4 * blocks_per_slab(class_of(size))) == 0;
    if (keep) {
      kept.push_back(static_cast<unsigned char*>(blocks_[i]));
    } else {
      deallocate(blocks_[i]);
    }
  }
  EXPECT_GT(gone(), 0u);
  for (const unsigned char* block : kept) {
    EXPECT_EQ(block[0], 0xee);
    EXPECT_EQ(block[size - 1], 0xee);
  }
  for (unsigned char* block : kept) deallocate(block);
  owner.end();
  process_->purge();
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(reclaim_test, the_owner_reuses_what_went_as_zeros) {
  test::stepping_thread owner;
  fill(owner, slab_count * blocks_per_slab(class_of(size)));
  free_all();
  ASSERT_GT(gone(), 0u);
  owner.run([&] {
    for (std::size_t i = 0; i < 2000; ++i) {
      auto* const block = static_cast<unsigned char*>(process_->allocate_zeroed(5000));
      for (std::size_t at = 0; at < 5000; ++at) ASSERT_EQ(block[at], 0) << i;
      blocks_.push_back(block);
    }
  });
  EXPECT_EQ(gone(), 0u);
  free_all();
}

TEST_F(reclaim_test, an_owner_that_was_only_late_may_leave_more_waiting) {
  test::stepping_thread owner;
  fill(owner, slab_count * blocks_per_slab(class_of(size)));
  free_all();
  const std::size_t at_first = gone();
  fill(owner, slab_count * blocks_per_slab(class_of(size)));  // reads its mail
  free_all();
  EXPECT_LT(gone(), at_first / 2);
  owner.end();
  process_->purge();
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(reclaim_test, a_slab_whose_owner_read_its_mail_meanwhile_is_mailed_again) {
  using fate = remote_word::fate;
  test::stepping_thread owner;
  fill(owner, blocks_per_slab(class_of(size)));
  slab& head = process_->shared().slabs.find(blocks_.front());
  auto word = remote_of(head);
  word = remote_word(fate::leaving).mailed().bits();
  EXPECT_FALSE(reclaim_slab(process_->shared(), head)) << "it is in the mail";
  word = remote_word(fate::leaving).mailed().bits();
  static_cast<void>(take_posted(head));  // the owner, in between
  EXPECT_TRUE(reclaim_slab(process_->shared(), head));
  EXPECT_TRUE(is_gone(head));
  word = 0;  // the blocks are live after all
  free_all();
}

TEST_F(reclaim_test, pages_that_cannot_go_are_used_again) {
  test::stepping_thread owner;
  fill(owner, slab_count * blocks_per_slab(class_of(size)));
  os::fail_from(1);
  free_all();
  EXPECT_GT(gone(), 0u);
  os::fail_none();
  owner.run([&] {
    for (std::size_t i = 0; i < 2000; ++i) {
      auto* const block = static_cast<unsigned char*>(process_->allocate_zeroed(5000));
      for (std::size_t at = 0; at < 5000; ++at) ASSERT_EQ(block[at], 0) << i;
      blocks_.push_back(block);
    }
  });
  free_all();
  owner.end();
  process_->purge();
  EXPECT_EQ(root().usage(), 0u);
}

}  // namespace
}  // namespace strata::core
