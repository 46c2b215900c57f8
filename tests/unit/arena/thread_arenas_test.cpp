// strata::thread_arenas: who gets which arena, and what is left of threads.
#include <strata/arena/thread_arenas.hpp>

#include <gtest/gtest.h>
#include <strata/base/error.hpp>

#include <atomic>
#include <cstring>
#include <latch>
#include <set>
#include <thread>
#include <vector>

#include "support/opaque.hpp"

namespace strata::test {
namespace {

template <class Work>
void on_a_thread(Work work) {
  std::thread(work).join();
}

TEST(thread_arenas, each_thread_has_its_own) {
  thread_arenas set({.name = "set"});
  arena& mine = set.local();
  EXPECT_EQ(&set.local(), &mine);
  on_a_thread([&] { EXPECT_NE(&set.local(), &mine); });
  thread_arenas other;
  EXPECT_NE(&other.local(), &mine);
  EXPECT_EQ(&set.local(), &mine) << "also after another set was asked";
}

TEST(thread_arenas, threads_allocate_at_once_in_one_account) {
  thread_arenas set({.name = "set"});
  constexpr int threads = 4;
  std::latch all_done(threads);
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&set, &all_done, t] {
      std::vector<unsigned char*> blocks;
      for (std::size_t i = 0; i < 2000; ++i) {
        blocks.push_back(static_cast<unsigned char*>(set.local().allocate(1 + i % 300)));
        std::memset(blocks.back(), t, 1 + i % 300);
      }
      all_done.arrive_and_wait();  // so that nobody adopts
      for (std::size_t i = 0; i < 2000; ++i) ASSERT_EQ(blocks[i][i % 300], t);
    });
  }
  for (std::thread& each : running) each.join();
  EXPECT_EQ(set.size(), std::size_t{threads});
  EXPECT_EQ(set.waiting(), std::size_t{threads});
  std::size_t reserved = 0;
  set.for_each([&](arena& each) { reserved += each.statistics().reserved; });
  EXPECT_EQ(set.account()->usage(), reserved);
  EXPECT_GT(reserved, threads * std::size_t{2000} * 150);
  set.reset(arena_keep::none());
  EXPECT_EQ(set.account()->usage(), 0u);
}

TEST(thread_arenas, what_a_thread_left_is_adopted_with_its_blocks) {
  thread_arenas set;
  char* left = nullptr;
  arena* arena_of_first = nullptr;
  on_a_thread([&] {
    arena_of_first = &set.local();
    left = static_cast<char*>(set.local().allocate(100));
    std::memset(left, 'x', 100);
  });
  EXPECT_EQ(set.waiting(), 1u);
  on_a_thread([&] {
    EXPECT_EQ(&set.local(), arena_of_first);
    EXPECT_EQ(set.waiting(), 0u);
    std::memset(set.local().allocate(100), 'y', 100);
  });
  EXPECT_EQ(set.size(), 1u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(left[i], 'x');
}

TEST(thread_arenas, released_memory_goes_back_when_the_thread_ends) {
  struct noted {
    explicit noted(std::atomic<int>& of) : ended(of) {}
    ~noted() { ++ended; }
    std::atomic<int>& ended;
  };
  thread_arenas set({.name = "set", .at_thread_end = thread_arena_end::released});
  std::atomic<int> ended{0};
  on_a_thread([&] {
    (void)set.local().make_registered<noted>(ended);
    EXPECT_GT(set.account()->usage(), 0u);
  });
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(set.account()->usage(), 0u);
  on_a_thread([&] { (void)opaque(set.local().allocate(1)); });
  EXPECT_EQ(set.size(), 1u) << "the empty arena serves the next thread";
}

TEST(thread_arenas, a_limit_binds_all_threads_together) {
  thread_arenas set({.name = "set", .limit = 256 << 10});
  while (set.local().try_allocate(1000) != nullptr) {
  }
  on_a_thread([&] {
    EXPECT_EQ(set.local().try_allocate(1000), nullptr);
    EXPECT_THROW((void)set.local().allocate(1000), out_of_memory);
  });
  EXPECT_LE(set.account()->peak(), std::size_t{256} << 10);
}

TEST(thread_arenas, a_set_may_end_before_its_threads) {
  std::latch has_used(1);
  std::latch has_ended(1);
  auto* set = new thread_arenas({.name = "brief"});
  account charged = *set->account();
  std::thread lasting([&] {
    (void)opaque(set->local().allocate(100));
    has_used.count_down();
    has_ended.wait();
    thread_arenas next({.name = "next"});
    (void)opaque(next.local().allocate(100));
    EXPECT_EQ(next.size(), 1u);
  });
  has_used.wait();
  delete set;
  EXPECT_EQ(charged.usage(), 0u);
  has_ended.count_down();
  lasting.join();
}

TEST(thread_arenas, thread_local_destructors_may_still_allocate) {
  struct late {
    ~late() { std::memset(set->local().allocate(100), 1, 100); }
    thread_arenas* set = nullptr;
  };
  thread_arenas set;
  on_a_thread([&] {
    static thread_local late object;
    object.set = &set;  // made before the thread's list, so it ends after it
    (void)opaque(set.local().allocate(1));
  });
  EXPECT_GE(set.size(), 1u);
}

TEST(thread_arenas, many_sets_come_and_go_on_one_thread) {
  for (int i = 0; i < 300; ++i) {
    thread_arenas first;
    thread_arenas second;
    for (int j = 0; j < 3; ++j) {
      ASSERT_NE(&first.local(), &second.local());
      (void)opaque(first.local().allocate(10));
    }
  }
}

}  // namespace
}  // namespace strata::test
