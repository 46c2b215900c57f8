// The contract's promises about threads, time and the process, on every system.
#include <pthread.h>

#include <cerrno>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "unit/os/systems.hpp"

namespace strata::os {
namespace {

template <class Os>
class contract_threads : public systems_test<Os> {};
TYPED_TEST_SUITE(contract_threads, systems, system_names);

// What happened at the end of a thread, in order. One thread writes at a time.
std::vector<std::string>& exit_log() {
  static std::vector<std::string> log;
  return log;
}

void log_hook() noexcept { exit_log().emplace_back("hook"); }

void log_key(void* name) { exit_log().emplace_back(static_cast<const char*>(name)); }

struct pthread_key {
  pthread_key() { EXPECT_EQ(pthread_key_create(&key, log_key), 0); }
  ~pthread_key() { pthread_key_delete(key); }
  pthread_key_t key{};
};

TYPED_TEST(contract_threads, tokens_of_live_threads_are_distinct_and_far_apart) {
  constexpr int count = 8;
  std::uintptr_t tokens[count] = {};
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (std::uintptr_t& token : tokens) {
    threads.emplace_back([&token, &ready] {
      token = TypeParam::thread_token();
      EXPECT_EQ(token, TypeParam::thread_token());
      ready.fetch_add(1);
      while (ready.load() != count) std::this_thread::yield();
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::uintptr_t> sorted(std::begin(tokens), std::end(tokens));
  sorted.insert(TypeParam::thread_token());
  ASSERT_EQ(sorted.size(), count + 1U);
  std::uintptr_t before = 0;
  for (const std::uintptr_t token : sorted) {
    EXPECT_TRUE(base::is_aligned(token, 64)) << token;
    EXPECT_GE(token - before, 16 * base::kib);
    before = token;
  }
}

TYPED_TEST(contract_threads, exit_hook_runs_once_and_after_other_keys) {
  exit_log().clear();
  const pthread_key later;
  std::thread([&later] {
    pthread_setspecific(later.key, const_cast<char*>("key"));
    EXPECT_TRUE(TypeParam::on_thread_exit(log_hook));
    EXPECT_TRUE(TypeParam::on_thread_exit(log_hook));
  }).join();
  EXPECT_EQ(exit_log(), (std::vector<std::string>{"key", "hook"}));
}

TYPED_TEST(contract_threads, exit_hook_runs_only_in_threads_that_asked) {
  exit_log().clear();
  std::thread([] { EXPECT_TRUE(TypeParam::on_thread_exit(log_hook)); }).join();
  std::thread([] {}).join();
  EXPECT_EQ(exit_log().size(), 1U);
}

TYPED_TEST(contract_threads, exit_hook_is_refused_once_it_ran) {
  static bool again;
  again = true;
  std::thread([] {
    EXPECT_TRUE(
        TypeParam::on_thread_exit([]() noexcept { again = TypeParam::on_thread_exit(log_hook); }));
  }).join();
  EXPECT_FALSE(again);
}

TYPED_TEST(contract_threads, wait_returns_at_once_when_the_word_differs) {
  std::atomic<std::uint32_t> word{1};
  TypeParam::wait(word, 0);
  TypeParam::wait_for(word, 0, UINT64_MAX);
  TypeParam::wait_for(word, 1, 0);
}

TYPED_TEST(contract_threads, wake_ends_a_wait) {
  std::atomic<std::uint32_t> word{0};
  std::thread sleeper([&word] {
    while (word.load() == 0) TypeParam::wait(word, 0);
    while (word.load() == 1) TypeParam::wait_for(word, 1, 1'000'000'000'000);
  });
  word.store(1);
  TypeParam::wake(word);
  word.store(2);
  TypeParam::wake(word);
  sleeper.join();
}

TYPED_TEST(contract_threads, started_thread_runs_with_all_signals_blocked) {
  static std::atomic<std::uint32_t> answer;
  answer = 0;
  ASSERT_TRUE(TypeParam::start_thread([]() noexcept {
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    answer = sigismember(&blocked, SIGUSR1) == 1 && sigismember(&blocked, SIGPROF) == 1 ? 1 : 2;
    TypeParam::wake(answer);
  }));
  if constexpr (std::is_same_v<TypeParam, fake_os>) {
    // The fake starts nothing by itself; what the body sees then is the test's own thread.
    ASSERT_EQ(fake_os::started_threads().size(), 1U);
    fake_os::started_threads().front()();
    EXPECT_EQ(answer, 2U);
  } else {
    while (answer == 0) TypeParam::wait(answer, 0);
    EXPECT_EQ(answer, 1U);
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    EXPECT_EQ(sigismember(&blocked, SIGUSR1), 0);
  }
}

TYPED_TEST(contract_threads, clocks_do_not_run_backwards) {
  const std::uint64_t fine = TypeParam::monotonic_ns();
  const std::uint64_t coarse = TypeParam::coarse_ns();
  EXPECT_GT(fine, 0U);
  EXPECT_GE(TypeParam::monotonic_ns(), fine);
  EXPECT_GE(TypeParam::coarse_ns(), coarse);
}

TYPED_TEST(contract_threads, entropy_does_not_repeat) {
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 100; ++i) seen.insert(TypeParam::entropy());
  EXPECT_EQ(seen.size(), 100U);
}

TYPED_TEST(contract_threads, facts_are_plausible) {
  EXPECT_TRUE(base::is_power_of_two(TypeParam::page_size()));
  EXPECT_GE(TypeParam::page_size(), 4 * base::kib);
  const std::size_t huge = TypeParam::huge_page_size();
  EXPECT_TRUE(huge == 0 || (base::is_power_of_two(huge) && huge > TypeParam::page_size()));
  EXPECT_GT(TypeParam::physical_memory(), base::mib);
  EXPECT_GT(TypeParam::address_space_limit(), base::mib);
  // Read once, or the earlier first: a busy machine changes them from call to call.
  const group_memory group = TypeParam::group();
  EXPECT_GT(group.limit, TypeParam::page_size());
  EXPECT_GE(group.limit, group.usage);
  const memory_pressure pressure = TypeParam::pressure();
  EXPECT_LE(pressure.full, 100 * 100U);
  EXPECT_GE(pressure.some, pressure.full);
  const std::size_t resident = TypeParam::resident_bytes();
  EXPECT_GE(TypeParam::resident_peak_bytes(), resident);
  EXPECT_GE(TypeParam::processor_count(), 1U);
  EXPECT_GT(TypeParam::process_id(), 0U);
  EXPECT_FALSE(TypeParam::is_privileged());
  ASSERT_NE(TypeParam::environment(), nullptr);
}

TYPED_TEST(contract_threads, everything_preserves_errno) {
  errno = 4711;
  TypeParam::start();
  static_cast<void>(TypeParam::huge_page_size());
  static_cast<void>(TypeParam::group());
  static_cast<void>(TypeParam::pressure());
  static_cast<void>(TypeParam::resident_bytes());
  static_cast<void>(TypeParam::resident_peak_bytes());
  static_cast<void>(TypeParam::is_privileged());
  static_cast<void>(TypeParam::entropy());
  std::atomic<std::uint32_t> word{1};
  TypeParam::wait(word, 0);
  TypeParam::wait_for(word, 1, 0);
  EXPECT_EQ(errno, 4711);
}

}  // namespace
}  // namespace strata::os
