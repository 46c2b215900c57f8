// The lock over the smallest operating system that serves it.
#include "base/mutex.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <thread>
#include <vector>

namespace strata::base {
namespace {

struct small_os {
  static inline std::atomic<int> sleeps{0};
  static inline std::atomic<int> wakes{0};
  static inline std::atomic<int> short_waits{0};
  static inline const void* short_waits_on = nullptr;

  static std::uintptr_t thread_token() noexcept {
    alignas(64) static thread_local char mark;  // tokens are multiples of 64
    return reinterpret_cast<std::uintptr_t>(&mark);
  }
  static void wait(std::atomic<std::uint32_t>& word, std::uint32_t value) noexcept {
    ++sleeps;
    word.wait(value);
  }
  static void wait_for(std::atomic<std::uint32_t>& word, std::uint32_t, std::uint64_t) noexcept {
    ++short_waits;
    short_waits_on = &word;
  }
  static void wake(std::atomic<std::uint32_t>& word) noexcept {
    ++wakes;
    word.notify_one();
  }
  static void cpu_relax() noexcept {}
};

using tested_mutex = mutex<small_os>;

TEST(mutex, is_held_by_one) {
  tested_mutex lock;
  EXPECT_FALSE(lock.held_by_me());
  EXPECT_TRUE(lock.try_lock());
  EXPECT_TRUE(lock.held_by_me());
  EXPECT_FALSE(lock.try_lock());
  lock.unlock();
  EXPECT_FALSE(lock.held_by_me());
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

TEST(mutex, is_not_mine_when_another_thread_holds_it) {
  tested_mutex lock;
  lock.lock();
  std::thread([&] {
    EXPECT_FALSE(lock.held_by_me());
    EXPECT_FALSE(lock.try_lock());
  }).join();
  EXPECT_TRUE(lock.held_by_me());
  lock.unlock();
}

TEST(mutex, wakes_nobody_when_nobody_waits) {
  small_os::wakes = 0;
  tested_mutex lock;
  for (int i = 0; i < 100; ++i) {
    const lock_guard guard(lock);
  }
  EXPECT_EQ(small_os::wakes, 0);
}

TEST(mutex, guards_a_plain_number) {
  constexpr int threads = 4;
  constexpr int rounds = 20'000;
  tested_mutex lock;
  int number = 0;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i) {
      workers.emplace_back([&] {
        for (int round = 0; round < rounds; ++round) {
          const lock_guard guard(lock);
          ASSERT_TRUE(lock.held_by_me());
          ++number;
        }
      });
    }
  }
  EXPECT_EQ(number, threads * rounds);
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

// A waiter that went to sleep is woken: without the wake the join would not return.
TEST(mutex, wakes_a_sleeper) {
  small_os::sleeps = 0;
  tested_mutex lock;
  std::atomic<bool> passed{false};
  lock.lock();
  std::thread waiter([&] {
    const lock_guard guard(lock);
    passed = true;
  });
  while (small_os::sleeps == 0) std::this_thread::yield();
  EXPECT_FALSE(passed);
  EXPECT_TRUE(lock.held_by_me());
  lock.unlock();
  waiter.join();
  EXPECT_TRUE(passed);
}

TEST(mutex, is_free_in_a_forked_child_whoever_held_it) {
  tested_mutex lock;
  std::thread([&] { lock.lock(); }).join();
  EXPECT_FALSE(lock.try_lock());
  lock.reset_after_fork();
  EXPECT_FALSE(lock.held_by_me());
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

TEST(mutex, a_fork_takes_the_lock_and_both_sides_let_go) {
  tested_mutex lock;
  lock.prepare_fork(true);
  EXPECT_TRUE(lock.held_by_me());
  lock.parent_after_fork();
  EXPECT_FALSE(lock.held_by_me());
  lock.prepare_fork(true);
  lock.child_after_fork();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

// A signal handler forked, and a handler that interrupted that fork forked again,
// while the thread was inside the lock: it continues inside it.
TEST(mutex, forks_by_its_holder_leave_it_held_in_the_parent) {
  tested_mutex lock;
  lock.lock();
  EXPECT_TRUE(tested_mutex::interrupted());
  lock.prepare_fork(false);
  lock.prepare_fork(false);
  lock.parent_after_fork();
  EXPECT_TRUE(lock.held_by_me());
  lock.parent_after_fork();
  EXPECT_TRUE(lock.held_by_me());
  lock.unlock();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
  EXPECT_FALSE(tested_mutex::interrupted());
}

// In the child the signal handler may go on to use what the lock guards, and the
// operation that it interrupted unlocks once more.
TEST(mutex, a_fork_by_its_holder_frees_it_in_the_child) {
  tested_mutex lock;
  lock.lock();
  lock.prepare_fork(false);
  lock.child_after_fork();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
  lock.unlock();
  EXPECT_FALSE(tested_mutex::interrupted());
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

// The holder may itself wait for a lock of the thread that forks.
TEST(mutex, an_impatient_fork_gives_up_on_another_holder) {
  tested_mutex lock;
  std::thread([&] { lock.lock(); }).join();
  small_os::short_waits = 0;
  lock.prepare_fork(false);
  EXPECT_GT(small_os::short_waits, 0);
  EXPECT_FALSE(lock.held_by_me());
  lock.parent_after_fork();
  EXPECT_FALSE(lock.try_lock());
  lock.prepare_fork(false);
  lock.child_after_fork();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

// It would take the waking that one of the lock's sleepers is waiting for.
TEST(mutex, an_impatient_fork_does_not_queue_for_the_lock) {
  tested_mutex lock;
  std::thread([&] { lock.lock(); }).join();
  small_os::short_waits_on = &lock;
  lock.prepare_fork(false);
  const auto* const rested_on = static_cast<const char*>(small_os::short_waits_on);
  const auto* const place = reinterpret_cast<const char*>(&lock);
  EXPECT_TRUE(rested_on < place || rested_on >= place + sizeof lock);
}

// Handlers of pthread_atfork that allocate run between ours and the fork.
TEST(mutex, may_be_taken_again_while_it_is_held_for_a_fork) {
  tested_mutex lock;
  lock.prepare_fork(true);
  lock.lock();
  lock.unlock();
  EXPECT_TRUE(lock.held_by_me());
  lock.parent_after_fork();
  EXPECT_FALSE(lock.held_by_me());
  EXPECT_FALSE(tested_mutex::interrupted());
}

TEST(mutex_death, waiting_for_oneself_is_reentry) {
  static constexpr fatal_hooks exits{.write = nullptr, .die = []() noexcept { std::_Exit(78); }};
  set_fatal_hooks(&exits);
  tested_mutex lock;
  lock.lock();
  EXPECT_EXIT(lock.lock(), testing::ExitedWithCode(78), "");
  lock.unlock();
  set_fatal_hooks(nullptr);
}

TEST(no_mutex, does_nothing) {
  no_mutex lock;
  const lock_guard guard(lock);
  EXPECT_TRUE(lock.try_lock());
  EXPECT_FALSE(lock.held_by_me());
  lock.prepare_fork(true);
  lock.parent_after_fork();
  lock.child_after_fork();
}

}  // namespace
}  // namespace strata::base
