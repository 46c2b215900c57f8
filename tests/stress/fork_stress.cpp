// Forks at every moment: from the main thread while others allocate, and from a
// signal handler that interrupts a thread in the middle of an allocation. Each
// child uses the heap in full and ends; one that hangs is ended by its alarm.
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <random>
#include <thread>
#include <vector>

#include "heap/heap.hpp"
#include "support/sanitized.hpp"

namespace strata::test {
namespace {

constexpr std::size_t worker_count = 3;
constexpr std::size_t place_count = 256;

// Blocks that workers leave for one another, and for children.
constinit std::array<std::atomic<void*>, place_count> places{};
constinit std::atomic<bool> stopping{false};
constinit core::heap* shared_heap = nullptr;

[[nodiscard]] void* allocate_some(std::uint64_t random) {
  const std::size_t size = random % 64 == 0 ? random >> 44 : (random >> 16) % 3000;
  void* const block =
      random % 4 == 1 ? core::heap_allocate(*shared_heap, size, 16) : core::allocate(size);
  if (block != nullptr) *static_cast<unsigned char*>(block) = 1;
  return block;
}

// Allocates, exchanges with others, frees what it got.
void churn(std::mt19937_64& random, std::size_t steps) {
  for (std::size_t i = 0; i < steps; ++i) {
    core::deallocate(places[random() % place_count].exchange(allocate_some(random())));
  }
}

// What a child does with the heap it inherited. Does not return.
[[noreturn]] void use_heap_and_exit() {
  std::mt19937_64 random(4711);
  churn(random, 3000);  // frees blocks that the lost threads allocated
  std::thread([&] { churn(random, 1000); }).join();
  core::heap* own = core::create_heap({.name = "child"});
  const bool made = own != nullptr && core::heap_allocate(*own, 100, 16) != nullptr;
  const bool sound = made && core::verify_heap(*own);
  core::destroy_heap(own);
  core::purge();
  ::_exit(sound ? 0 : 1);
}

// 0: the child ended well. The alarm is the child's, so nothing here hangs.
[[nodiscard]] int status_of(pid_t child) {
  int status = -1;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

// -- The forking signal ---------------------------------------------------------------

thread_local volatile sig_atomic_t is_child = 0;
constinit std::atomic<pid_t> forked{0};

void fork_in_handler(int) {
  const int saved = errno;
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    is_child = 1;  // the interrupted operation goes on first
  } else {
    forked.store(child == -1 ? -1 : child);
  }
  errno = saved;
}

void churn_until_stopped(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  while (!stopping.load(std::memory_order_relaxed)) {
    churn(random, 20);
    if (is_child != 0) use_heap_and_exit();
  }
}

class fork_stress : public testing::Test {
 protected:
  void SetUp() override {
    shared_heap = core::create_heap({.name = "fork stress"});
    struct sigaction action {};
    action.sa_handler = fork_in_handler;
    action.sa_flags = SA_RESTART;
    ASSERT_EQ(::sigaction(SIGUSR1, &action, nullptr), 0);
    stopping.store(false);
    for (std::size_t i = 0; i < worker_count; ++i) {
      workers_.emplace_back([i] { churn_until_stopped(i); });
    }
    // Threads that come and go, so that a fork also meets those that end.
    coming_and_going_ = std::thread([] {
      for (std::uint64_t seed = 100; !stopping.load(); ++seed) {
        std::thread([seed] {
          std::mt19937_64 random(seed);
          churn(random, 200);
        }).join();
      }
    });
  }

  void TearDown() override {
    stopping.store(true);
    for (std::thread& worker : workers_) worker.join();
    coming_and_going_.join();
    for (auto& place : places) core::deallocate(place.exchange(nullptr));
    EXPECT_TRUE(core::verify_heap(core::process_heap()));
    EXPECT_TRUE(core::verify_heap(*shared_heap));
    core::destroy_heap(shared_heap);
  }

  std::vector<std::thread> workers_;
  std::thread coming_and_going_;
};

TEST_F(fork_stress, children_use_the_heap_they_inherit) {
  for (std::size_t i = 0; i < scaled(300) && !HasFailure(); ++i) {
    const pid_t child = ::fork();
    ASSERT_NE(child, -1);
    if (child == 0) {
      ::alarm(60);
      use_heap_and_exit();
    }
    EXPECT_EQ(status_of(child), 0) << "fork " << i;
  }
}

TEST_F(fork_stress, children_of_a_signal_finish_what_it_interrupted) {
  for (std::size_t i = 0; i < scaled(300) && !HasFailure(); ++i) {
    forked.store(0);
    ASSERT_EQ(::pthread_kill(workers_[i % worker_count].native_handle(), SIGUSR1), 0);
    pid_t child;
    while ((child = forked.load()) == 0) std::this_thread::yield();
    ASSERT_NE(child, -1);
    EXPECT_EQ(status_of(child), 0) << "fork " << i;
  }
}

}  // namespace
}  // namespace strata::test
