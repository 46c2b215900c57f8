// Threads that come and go, frees across them, and fork.
#include "heap/process_threads.hpp"

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "support/fake_process.hpp"

namespace strata::core {
namespace {

class process_threads_test : public test::process_fixture {
 protected:
  [[nodiscard]] std::vector<void*> make_blocks(std::size_t count, std::size_t size) {
    std::vector<void*> blocks(count);
    for (void*& block : blocks) std::memset(block = allocate(size), 0xee, size);
    return blocks;
  }
  void free_all(const std::vector<void*>& blocks) {
    for (void* block : blocks) deallocate(block);
  }
  void expect_nothing_left() {
    process_->purge();
    EXPECT_TRUE(process_.invariant());
    EXPECT_EQ(root().usage(), 0u);
    EXPECT_EQ(process_heap().segments().count(), 0u);
  }
};

TEST_F(process_threads_test, a_thread_that_ends_leaks_nothing) {
  for (int i = 0; i < 20; ++i) {
    test::stepping_thread other;
    other.run([&] { free_all(make_blocks(500, 100 + 1000u * unsigned(i))); });
    other.end();
    EXPECT_EQ(root().usage(), 0u) << "thread " << i;
  }
  EXPECT_EQ(process_heap().locals().size(), 1u) << "one after the other adopted the same";
  expect_nothing_left();
}

TEST_F(process_threads_test, blocks_outlive_their_thread_and_die_anywhere) {
  std::vector<void*> blocks;
  {
    test::stepping_thread other;
    other.run([&] { blocks = make_blocks(3000, 500); });
  }
  for (const void* block : blocks) {
    ASSERT_EQ(static_cast<const std::byte*>(block)[499], std::byte{0xee});
  }
  free_all(blocks);
  expect_nothing_left();
}

TEST_F(process_threads_test, frees_for_a_thread_that_has_ended_are_served_at_once) {
  std::vector<void*> blocks;
  {
    test::stepping_thread other;
    other.run([&] { blocks = make_blocks(64 * 10, 1000); });
  }
  free_all(blocks);  // in batches: the last may still be in the outbox
  process_->flush_thread();
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(process_threads_test, large_blocks_have_no_thread) {
  void* block = nullptr;
  {
    test::stepping_thread other;
    other.run([&] { block = allocate(base::mib); });
  }
  deallocate(block);
  expect_nothing_left();
}

TEST_F(process_threads_test, a_sleeping_owner_does_not_keep_what_others_freed) {
  test::stepping_thread owner;
  std::vector<void*> blocks;
  owner.run([&] { blocks = make_blocks(64 * base::mib / 1000, 1000); });
  const std::size_t peak = os::resident_bytes();
  free_all(blocks);
  EXPECT_LT(os::resident_bytes(), peak / 4);
  owner.run([&] { free_all(make_blocks(1000, 1000)); });
  EXPECT_TRUE(process_.invariant());
  owner.end();
  expect_nothing_left();
}

TEST_F(process_threads_test, after_its_end_a_thread_still_allocates_and_frees) {
  test::stepping_thread other;
  other.run([&] {
    const std::vector<void*> before = make_blocks(10, 100);
    process_->end_thread();
    free_all(make_blocks(100, 100));
    free_all(make_blocks(10, 100'000));
    free_all(make_blocks(2, 1'000'000));
    free_all(before);
  });
  other.end();
  EXPECT_TRUE(process_.invariant());
  expect_nothing_left();
}

TEST_F(process_threads_test, without_an_exit_hook_a_thread_owns_nothing) {
  static_cast<void>(allocate(100));  // so that only the hook is left to refuse
  test::stepping_thread other;
  other.run([&] {
    os::fail_call(1);
    free_all(make_blocks(1, 100));
    EXPECT_TRUE(this_thread<test::fake_config>.ended);
    EXPECT_EQ(this_thread<test::fake_config>.process_local, nullptr);
    free_all(make_blocks(100, 100));
  });
  other.end();
  EXPECT_TRUE(process_.invariant());
}

TEST_F(process_threads_test, threads_free_each_others_blocks_all_at_once) {
  constexpr std::size_t threads = 4;
  constexpr std::size_t slots = 256;
  std::vector<std::atomic<std::byte*>> shared(slots);
  std::vector<std::thread> running;
  for (std::size_t number = 0; number < threads; ++number) {
    running.emplace_back([&, number] {
      std::size_t chance = number + 1;
      for (int i = 0; i < 20'000; ++i) {
        chance = chance * 6364136223846793005 + 1442695040888963407;
        const std::size_t bits = chance >> 60;
        const std::size_t size = 1 + (chance >> 20) % (std::size_t{1} << (bits + 3));
        auto* const made = static_cast<std::byte*>(allocate(size));
        ASSERT_NE(made, nullptr);
        std::memset(made, 0x5a, size);
        std::byte* const before = shared[(chance >> 40) % slots].exchange(made);
        if (before == nullptr) continue;
        ASSERT_EQ(*before, std::byte{0x5a});
        deallocate(before);
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  for (auto& slot : shared) deallocate(slot.load());
  expect_nothing_left();
}

// -- Fork ---------------------------------------------------------------------------

TEST_F(process_threads_test, the_parent_goes_on_after_a_fork) {
  const std::vector<void*> blocks = make_blocks(100, 100);
  os::fork_prepare();
  os::fork_parent();
  free_all(blocks);
  expect_nothing_left();
}

TEST_F(process_threads_test, the_child_keeps_its_own_and_leaves_the_dead_alone) {
  heap* const made = process_->create_heap("made", base::unlimited, nullptr);
  test::stepping_thread other;
  std::vector<void*> theirs;
  other.run([&] {
    theirs = make_blocks(500, 100);
    theirs.push_back(process_->allocate_from(*made, 100, 16));
  });
  const std::vector<void*> mine = make_blocks(500, 100);
  os::fork_prepare();
  os::fork_child();  // from here on `other` does not exist
  std::size_t ghosts = 0;
  process_->for_each_heap([&](heap& each) {
    for (auto* at = each.locals().front(); at != nullptr; at = heap::local_list::next(*at)) {
      ghosts += at->token() == token_ghost ? 1 : 0;
    }
  });
  EXPECT_EQ(ghosts, 2u);
  for (const void* block : theirs) {
    ASSERT_EQ(process_->shared().slabs.find(block).bound, 0u) << "a new thread may get that token";
  }
  free_all(theirs);
  free_all(mine);
  free_all(make_blocks(1000, 100));
  EXPECT_TRUE(process_.invariant());
  process_->purge();
  EXPECT_TRUE(process_.invariant());
  process_->destroy_heap(*made);
  test::stepping_thread newcomer;
  newcomer.run([&] { free_all(make_blocks(100, 100)); });
  newcomer.end();
  EXPECT_TRUE(process_.invariant());
}

}  // namespace
}  // namespace strata::core
