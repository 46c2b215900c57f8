// Allocation at the edges of a program's life: before main, from destructors of
// thread-local and static objects, from pthread keys at every iteration, from
// atexit handlers, after everything else. The cases run this program again as a
// child that prints one word per stage reached.
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/child.hpp"
#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using memory::owned;
using suite::expect;

bool tracing = false;

// A stage allocates and frees in many sizes, and says that it was reached.
void stage(const char* name) {
  for (std::size_t size = 1; size < 3 * memory::mib; size = size * 2 + 1) {
    owned block{std::malloc(size)};
    owned zeroed{std::calloc(1, size)};
    if (block == nullptr || zeroed == nullptr || !memory::all_zero(zeroed.get(), size))
      std::abort();
    memory::fill(block.get(), size, size);
    if (!memory::intact(block.get(), size, size)) std::abort();
  }
  if (tracing && ::write(STDOUT_FILENO, name, std::strlen(name)) < 0) std::abort();
}

// -- Before main ----------------------------------------------------------------

void* early_block = nullptr;

// Runs before the constructors of every shared library, the preloaded one included.
void before_constructors(int, char**, char**) {
  early_block = std::malloc(1000);
  memory::fill(early_block, 1000, 11);
}
[[gnu::section(".preinit_array"), gnu::used]] void (*preinit)(int, char**,
                                                              char**) = before_constructors;

[[gnu::constructor(101)]] void first_constructor() { stage("constructor "); }

struct static_object {
  static_object() : text(5000, 's') { stage("static_constructor "); }
  ~static_object() {
    text.assign(9000, 't');
    stage("static_destructor ");
  }
  std::string text;
};
static_object object;

[[gnu::destructor(101)]] void last_destructor() { stage("destructor "); }

// -- Children -------------------------------------------------------------------

struct thread_object {
  ~thread_object() {
    stage("thread_local ");
    delete[] owned_text;
  }
  char* owned_text = nullptr;
};
thread_local thread_object local;

void child_exit() {
  tracing = true;
  expect(memory::intact(early_block, 1000, 11), "a block from before main");
  std::free(early_block);
  std::atexit([] { stage("atexit "); });
  std::thread([] { local.owned_text = new char[3000]; }).join();
  local.owned_text = new char[70000];
  ::on_exit(
      [](int, void* block) {
        std::free(block);
        stage("on_exit ");
      },
      std::malloc(200));
}

pthread_key_t keys[4];
int iterations = 0;

void key_destructor(void* value) {
  auto* count = static_cast<int*>(value);
  stage("key ");
  ++iterations;
  const int round = *count;
  std::free(value);
  if (round == 3) return;
  auto* next = static_cast<int*>(std::malloc(sizeof(int)));
  *next = round + 1;
  ::pthread_setspecific(keys[0], next);
}

void set_key() {
  auto* count = static_cast<int*>(std::malloc(sizeof(int)));
  *count = 0;
  ::pthread_setspecific(keys[0], count);
}

// -- Cases ------------------------------------------------------------------------

std::string stages_of(const char* which) {
  const child::result outcome = child::run_self({which}, {});
  suite::expect_equal(outcome.exit_status, 0, "status of the child");
  suite::expect_equal(outcome.signal, 0, "signal of the child");
  return outcome.output;
}

void every_stage_of_a_program() {
  const std::string seen = stages_of("child_exit");
  if (!expect(seen == "thread_local thread_local on_exit atexit static_destructor destructor ",
              "the stages after main")) {
    expect(false, seen);
  }
}

void pthread_key_destructors_at_every_iteration() {
  iterations = 0;
  if (!expect(::pthread_key_create(&keys[0], key_destructor) == 0, "key")) return;
  std::thread(set_key).join();
  suite::expect_equal(iterations, 4, "rounds of destructors");
  ::pthread_key_delete(keys[0]);
}

// Keys made after the allocator's own are destroyed after it: what they allocate
// then must not be lost with the thread.
void late_allocations_of_threads_do_not_leak() {
  for (pthread_key_t& key : keys) {
    ::pthread_key_create(&key, [](void* block) {
      std::free(block);
      std::vector<owned> late;
      for (int i = 0; i < 50; ++i) late.emplace_back(std::malloc(1000));
    });
  }
  const auto rounds = [](int count) {
    for (int i = 0; i < count; ++i) {
      std::thread([] {
        for (const pthread_key_t key : keys) ::pthread_setspecific(key, std::malloc(3000));
      }).join();
    }
  };
  rounds(500);
  const std::size_t before = memory::resident_bytes();
  rounds(10000);
  suite::expect_at_most(memory::resident_bytes() - std::min(before, memory::resident_bytes()),
                        16 * memory::mib, "resident growth over 10 000 threads");
  for (const pthread_key_t key : keys) ::pthread_key_delete(key);
}

void detached_threads_at_exit() {
  for (int round = 0; round < 20; ++round) {
    const child::result outcome = child::run_self({"child_threads_at_exit"}, {});
    suite::expect_equal(outcome.exit_status, 0, "exit while threads allocate");
  }
}

void child_threads_at_exit() {
  for (int i = 0; i < 4; ++i) {
    std::thread([] {
      for (;;) stage("");
    }).detach();
  }
  stage("");
}

constexpr suite::test_case cases[] = {
    {"every_stage_of_a_program", every_stage_of_a_program},
    {"pthread_key_destructors_at_every_iteration", pthread_key_destructors_at_every_iteration},
    {"late_allocations_of_threads_do_not_leak", late_allocations_of_threads_do_not_leak},
    {"detached_threads_at_exit", detached_threads_at_exit},
};
}  // namespace

int main(int argc, char** argv) {
  const std::string_view role = argc == 2 ? argv[1] : "";
  if (role != "child_exit" && role != "child_threads_at_exit") return suite::run(cases, argc, argv);
  if (role == "child_exit") child_exit();
  if (role == "child_threads_at_exit") child_threads_at_exit();
  return suite::failures();
}
