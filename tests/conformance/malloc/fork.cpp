// fork never deadlocks and the child can allocate: while eight threads allocate,
// from a signal handler that interrupts malloc, through vfork, posix_spawn and
// popen. A child that hangs is ended by its own alarm, which fails the case.
#include <signal.h>
#include <spawn.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "support/child.hpp"
#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using memory::owned;
using suite::expect;

constexpr unsigned hang_seconds = 60;

// Blocks of every thread, visible to all: whoever takes one frees it.
std::atomic<void*> shared[64];
std::atomic<bool> stop{false};

void churn(std::uint64_t seed) {
  memory::random random{seed};
  while (!stop.load(std::memory_order_relaxed)) {
    const std::size_t size = 1 + random.below(random.below(50) == 0 ? 300000 : 2000);
    void* block = std::malloc(size);
    if (block == nullptr) std::abort();
    memory::fill(block, size < 64 ? size : 64, 1);
    std::free(shared[random.below(64)].exchange(block));
  }
}

struct churning_threads {
  churning_threads() {
    stop = false;
    for (std::uint64_t i = 0; i < 8; ++i) threads.emplace_back(churn, i + 1);
  }
  ~churning_threads() {
    stop = true;
    for (std::thread& thread : threads) thread.join();
    for (auto& slot : shared) std::free(slot.exchange(nullptr));
  }
  std::vector<std::thread> threads;
};

// What a child does: frees what other threads allocated, then allocates anew.
void child_work() {
  for (auto& slot : shared) std::free(slot.exchange(nullptr));
  void* blocks[60];
  std::size_t size = 1;
  for (void*& block : blocks) {
    block = std::malloc(size = size * 5 / 4 + 1);
    if (block == nullptr) ::_exit(2);
    memory::fill(block, size, size);
    if (!memory::intact(block, size, size)) ::_exit(3);
  }
  for (void* block : blocks) std::free(block);
}

// Async-signal-safe apart from what is being tested.
pid_t fork_child(void (*work)()) {
  const pid_t process = ::fork();
  if (process == 0) {
    ::alarm(hang_seconds);
    work();
    ::_exit(0);
  }
  return process;
}

void while_threads_allocate() {
  churning_threads others;
  for (int i = 0; i < 500; ++i) {
    if (!expect(child::ended_well(fork_child(child_work)), "a child of fork works and ends"))
      return;
  }
}

// The child goes on as a threaded program of its own and forks again.
void child_starts_threads() {
  churning_threads others;
  for (int i = 0; i < 30; ++i) {
    const pid_t process = fork_child([] {
      child_work();
      std::vector<std::thread> threads;
      for (int t = 0; t < 4; ++t) threads.emplace_back(child_work);
      for (std::thread& thread : threads) thread.join();
      if (!child::ended_well(fork_child(child_work))) ::_exit(4);
    });
    if (!expect(child::ended_well(process), "a child that starts threads and forks")) return;
  }
}

// -- From a signal handler ----------------------------------------------------------

std::atomic<int> forks{0};
std::atomic<int> bad_children{0};
void (*handler_work)() = nullptr;

void fork_in_handler(int) {
  const int saved = errno;
  const pid_t process = fork_child(handler_work);
  int status = 0;
  while (process > 0 && ::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (process < 0 || status != 0) bad_children.fetch_add(1);
  forks.fetch_add(1);
  errno = saved;
}

void malloc_heavily_until(int count) {
  memory::random random{42};
  std::vector<owned> blocks(3000);
  while (forks.load() < count) {
    const std::size_t size = random.below(random.below(40) == 0 ? 400000 : 3000);
    blocks[random.below(blocks.size())].reset(std::malloc(size));
  }
}

// Runs in a child, so that a deadlock of the interrupted program is noticed too.
void interrupted_program(void (*work)(), bool threads) {
  const pid_t program = ::fork();
  if (program == 0) {
    ::alarm(2 * hang_seconds);
    handler_work = work;
    struct sigaction action {};
    action.sa_handler = fork_in_handler;
    ::sigaction(SIGVTALRM, &action, nullptr);
    const itimerval timer{{0, 500}, {0, 500}};
    ::setitimer(ITIMER_VIRTUAL, &timer, nullptr);
    {
      std::vector<std::thread> others;
      for (int i = 0; threads && i < 3; ++i) others.emplace_back(malloc_heavily_until, 200);
      malloc_heavily_until(200);
      for (std::thread& thread : others) thread.join();
    }
    const itimerval off{};
    ::setitimer(ITIMER_VIRTUAL, &off, nullptr);
    ::_exit(bad_children.load() == 0 ? 0 : 5);
  }
  expect(child::ended_well(program), "fork from a signal handler");
}

void from_a_signal_handler() {
  interrupted_program([] {}, false);
}

void from_a_signal_handler_with_threads() {
  interrupted_program([] {}, true);
}

void from_a_signal_handler_child_allocates() { interrupted_program(child_work, false); }

void from_a_signal_handler_with_threads_child_allocates() { interrupted_program(child_work, true); }

// -- Other ways to start a process ----------------------------------------------------

void vfork_and_exec() {
  churning_threads others;
  for (int i = 0; i < 200; ++i) {
    owned block{std::malloc(1000)};
    const pid_t process = ::vfork();
    if (process == 0) {
      ::execl("/bin/true", "true", static_cast<char*>(nullptr));
      ::_exit(127);
    }
    expect(child::ended_well(process), "vfork and exec");
  }
}

void posix_spawn_and_popen() {
  churning_threads others;
  for (int i = 0; i < 100; ++i) {
    char name[] = "true";
    char* arguments[] = {name, nullptr};
    pid_t process = 0;
    suite::expect_equal(::posix_spawn(&process, "/bin/true", nullptr, nullptr, arguments, environ),
                        0, "posix_spawn");
    expect(child::ended_well(process), "the spawned process");
    std::FILE* pipe = ::popen("echo spawned", "r");
    char text[32] = {};
    expect(std::fgets(text, sizeof text, pipe) != nullptr && std::string(text) == "spawned\n",
           "popen");
    suite::expect_equal(::pclose(pipe), 0, "pclose");
  }
}

constexpr suite::test_case cases[] = {
    {"while_threads_allocate", while_threads_allocate},
    {"child_starts_threads", child_starts_threads},
    {"from_a_signal_handler", from_a_signal_handler},
    {"from_a_signal_handler_with_threads", from_a_signal_handler_with_threads},
    {"from_a_signal_handler_child_allocates", from_a_signal_handler_child_allocates},
    {"from_a_signal_handler_with_threads_child_allocates",
     from_a_signal_handler_with_threads_child_allocates},
    {"vfork_and_exec", vfork_and_exec},
    {"posix_spawn_and_popen", posix_spawn_and_popen},
};

}  // namespace

int main(int argc, char** argv) { return suite::run(cases, argc, argv); }
