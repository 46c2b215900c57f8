// Out of memory by RLIMIT_AS, from 64 MiB on, set before the program starts or
// while it runs, with 1 and with 16 threads: the allocator gets nearly as much
// as the system's malloc out of the same limit, then gives NULL and ENOMEM; what
// the program holds is intact, and what it frees can be had again.
//
// Each measurement is a child of this program, run once without the preload and
// once with it.
#include <pthread.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "support/child.hpp"
#include "support/hoard.hpp"
#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using suite::expect;

constexpr std::size_t threads_max = 16;
constexpr std::size_t stack_bytes = 128 * memory::kib;
// More than any limit here, so that an allocator that need not ask the OS stops.
constexpr std::size_t bytes_max_total = memory::gib;

// -- The child -------------------------------------------------------------------

struct measurement {
  std::size_t block_bytes;
  std::size_t thread_count;
  pthread_barrier_t barrier;
  std::atomic<std::size_t> first{0};
  std::atomic<std::size_t> second{0};
};

void* exhaust(void* argument) {
  auto& shared = *static_cast<measurement*>(argument);
  const std::size_t bytes_max = bytes_max_total / shared.thread_count;
  memory::hoard hoard;
  ::pthread_barrier_wait(&shared.barrier);  // nothing is left for a thread's stack after this
  expect(hoard.take(shared.block_bytes, bytes_max), "a refusal sets ENOMEM");
  shared.first += hoard.bytes();
  ::pthread_barrier_wait(&shared.barrier);
  expect(hoard.intact(), "contents when out of memory");
  ::pthread_barrier_wait(&shared.barrier);
  hoard.release();
  ::pthread_barrier_wait(&shared.barrier);
  expect(hoard.take(shared.block_bytes, bytes_max), "a refusal sets ENOMEM, again");
  shared.second += hoard.bytes();
  expect(hoard.intact(), "contents when out of memory again");
  return nullptr;
}

void run_threads(measurement& shared) {
  std::array<pthread_t, threads_max> handles{};
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, stack_bytes);
  ::pthread_barrier_init(&shared.barrier, nullptr, static_cast<unsigned>(shared.thread_count));
  for (std::size_t i = 1; i < shared.thread_count; ++i) {
    if (::pthread_create(&handles[i], &attributes, exhaust, &shared) != 0) {
      expect(false, "pthread_create under the limit");
      std::_Exit(EXIT_FAILURE);
    }
  }
  exhaust(&shared);
  for (std::size_t i = 1; i < shared.thread_count; ++i) ::pthread_join(handles[i], nullptr);
}

// argv: child <block bytes> <threads> <limit to set now, or 0>
int measure(char** argv) {
  static measurement shared;
  shared.block_bytes = std::strtoull(argv[2], nullptr, 10);
  shared.thread_count = std::strtoull(argv[3], nullptr, 10);
  memory::hoard before;
  if (const std::size_t late_limit = std::strtoull(argv[4], nullptr, 10); late_limit != 0) {
    before.take(5000, 8 * memory::mib);
    const rlimit limit{late_limit, late_limit};
    expect(::setrlimit(RLIMIT_AS, &limit) == 0, "setrlimit");
  }
  run_threads(shared);
  expect(before.intact(), "contents from before the limit");
  before.release();
  suite::note("first", shared.first);
  suite::note("second", shared.second);
  return suite::failures() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

// -- The parent ------------------------------------------------------------------

struct setting {
  std::size_t limit;
  std::size_t block_bytes;
  std::size_t threads;
  bool late;
};

struct obtained {
  std::size_t first = 0;
  std::size_t second = 0;
};

std::size_t number_after(const std::string& text, const char* key) {
  const std::size_t at = text.find(key);
  return at == std::string::npos ? 0
                                 : std::strtoull(text.c_str() + at + std::strlen(key), nullptr, 10);
}

obtained run_child(const setting& what, bool preload) {
  const child::result outcome =
      child::run_self({"measure", std::to_string(what.block_bytes), std::to_string(what.threads),
                       std::to_string(what.late ? what.limit : 0)},
                      {.preload = preload, .address_space = what.late ? 0 : what.limit});
  if (outcome.exit_status != 0) {
    expect(false, outcome.output);
    suite::note("signal", static_cast<std::size_t>(outcome.signal));
  }
  return {number_after(outcome.output, "first: "), number_after(outcome.output, "second: ")};
}

void compare_with_system(const setting& what) {
  const obtained system = run_child(what, false);
  const obtained ours = run_child(what, true);
  char line[160];
  std::snprintf(line, sizeof line,
                "limit %4zu MiB%s, blocks of %4zu KiB, %2zu threads: system %zu KiB, this",
                what.limit / memory::mib, what.late ? " late" : "", what.block_bytes / memory::kib,
                what.threads, system.first / memory::kib);
  suite::note(line, ours.first / memory::kib);
  expect(system.first > 0, "the system's malloc can be measured");
  suite::expect_at_least(ours.first, system.first * 9 / 10, "nine tenths of what the system gets");
  suite::expect_at_least(ours.second, ours.first * 9 / 10, "and again after freeing it");
}

void compare_all(std::size_t limit, std::size_t threads, bool late) {
  for (const std::size_t block : {memory::kib, 64 * memory::kib, memory::mib}) {
    compare_with_system({limit, block, threads, late});
  }
}

constexpr suite::test_case cases[] = {
    {"at_64_mib", [] { compare_all(64 * memory::mib, 1, false); }},
    {"at_100_mib", [] { compare_all(100 * memory::mib, 1, false); }},
    {"at_512_mib", [] { compare_all(512 * memory::mib, 1, false); }},
    {"at_64_mib_with_threads", [] { compare_all(64 * memory::mib, threads_max, false); }},
    {"at_256_mib_with_threads", [] { compare_all(256 * memory::mib, threads_max, false); }},
    {"lowered_while_running", [] { compare_all(128 * memory::mib, 1, true); }},
    {"lowered_while_running_with_threads",
     [] { compare_all(256 * memory::mib, threads_max, true); }},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 5 && std::strcmp(argv[1], "measure") == 0) return measure(argv);
  return suite::run(cases, argc, argv);
}
