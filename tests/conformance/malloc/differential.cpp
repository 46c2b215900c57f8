// Millions of random operations against a model that knows what every block must
// hold: size, alignment, contents, zeroing, usable size; four threads that
// free and resize one another's blocks.
//
//   differential [operations] [threads] [seconds at most] [seed]
//
// The seed is printed; a run with one thread and the same seed repeats exactly.
#include <malloc.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using suite::expect;

struct settings {
  std::size_t operations = 10'000'000;
  std::size_t threads = 4;
  std::size_t seconds_max = 90;
  std::uint64_t seed = 20240229;
};
settings chosen;

// What the model knows of one live block.
struct entry {
  void* block = nullptr;
  std::size_t size = 0;
  std::uint64_t seed = 0;
};

// Blocks on their way from one thread to another.
class exchange {
 public:
  std::optional<entry> swap(const entry& given, memory::random& random) {
    const std::lock_guard lock(mutex_);
    entry& slot = slots_[random.below(slots_.size())];
    const entry taken = slot;
    slot = given;
    return taken.block == nullptr ? std::nullopt : std::optional(taken);
  }
  void release() {
    for (entry& slot : slots_) std::free(slot.block);
  }

 private:
  std::mutex mutex_;
  std::array<entry, 4096> slots_{};
};
exchange between_threads;

class worker {
 public:
  worker(std::uint64_t seed, std::size_t operations) : random_{seed}, operations_(operations) {}

  void run(std::chrono::steady_clock::time_point deadline) {
    while (done_ < operations_) {
      step();
      if (++done_ % 4096 == 0 && std::chrono::steady_clock::now() > deadline) break;
    }
    for (entry& each : live_) {
      check(each, "contents at the end");
      std::free(each.block);
    }
  }

  [[nodiscard]] std::size_t done() const { return done_; }

 private:
  void step() {
    entry& slot = live_[random_.below(live_.size())];
    if (slot.block == nullptr) return allocate(slot);
    switch (random_.below(10)) {
      case 0:
      case 1:
        return resize(slot);
      case 2:
        return pass_on(slot);
      case 3:
        return use_slack(slot);
      default:
        return release(slot);
    }
  }

  // Power law: half of the blocks are tiny, one in a thousand is large.
  std::size_t random_size() {
    if (random_.below(1000) == 0) return random_.below(2 * memory::mib + 1);
    const double u = static_cast<double>(random_.below(1 << 20) + 1) / (1 << 20);
    return std::min(static_cast<std::size_t>(12.0 / u), 2 * memory::mib);
  }

  void allocate(entry& slot) {
    slot.size = random_size();
    slot.seed = random_.next();
    std::size_t alignment = 16;
    const std::size_t how = random_.below(8);
    if (how < 4) {
      slot.block = std::malloc(slot.size);
    } else if (how < 6) {
      slot.block = std::calloc(1, slot.size);
      check_zero(slot);
    } else {
      alignment = std::size_t{1} << random_.below(how == 6 ? 13 : 8);
      slot.block = ::memalign(alignment, slot.size);
    }
    admit(slot, alignment);
  }

  void check_zero(const entry& slot) {
    if (slot.block == nullptr ||
        expect(memory::all_zero(slot.block, slot.size), "calloc gives zeros")) {
      return;
    }
    suite::note("size", slot.size);
    suite::note("operation", done_);
  }

  void admit(entry& slot, std::size_t alignment) {
    if (!expect(slot.block != nullptr, "malloc")) std::abort();
    expect(reinterpret_cast<std::uintptr_t>(slot.block) % std::max(alignment, std::size_t{16}) == 0,
           "alignment");
    suite::expect_at_least(::malloc_usable_size(slot.block), slot.size, "usable size");
    memory::fill(slot.block, slot.size, slot.seed);
  }

  void check(const entry& slot, const char* what) {
    if (slot.block == nullptr || expect(memory::intact(slot.block, slot.size, slot.seed), what))
      return;
    suite::note("size", slot.size);
    suite::note("operation", done_);
  }

  void resize(entry& slot) {
    check(slot, "contents before realloc");
    const std::size_t size = random_size() + 1;
    const std::size_t kept = std::min(size, slot.size) / 8 * 8;
    slot.block = std::realloc(slot.block, size);
    slot.size = kept;
    check(slot, "contents after realloc");
    slot.size = size;
    admit(slot, 16);
  }

  // Everything malloc_usable_size promises becomes part of the model.
  void use_slack(entry& slot) {
    check(slot, "contents");
    slot.size = ::malloc_usable_size(slot.block);
    memory::fill(slot.block, slot.size, slot.seed);
  }

  void pass_on(entry& slot) {
    slot = between_threads.swap(slot, random_).value_or(entry{});
    check(slot, "contents from another thread");
  }

  void release(entry& slot) {
    check(slot, "contents before free");
    errno = 77;
    std::free(slot.block);
    suite::expect_equal(errno, 77, "errno after free");
    slot = {};
  }

  memory::random random_;
  std::size_t operations_;
  std::size_t done_ = 0;
  std::vector<entry> live_ = std::vector<entry>(10000);
};

void random_operations() {
  suite::note("seed", chosen.seed);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(chosen.seconds_max);
  std::vector<worker> workers;
  for (std::size_t i = 0; i < chosen.threads; ++i) {
    workers.emplace_back((chosen.seed + i) * 0x9e3779b97f4a7c15ULL,
                         chosen.operations / chosen.threads);
  }
  std::vector<std::thread> threads;
  for (worker& each : workers) threads.emplace_back(&worker::run, &each, deadline);
  for (std::thread& thread : threads) thread.join();
  between_threads.release();
  std::size_t done = 0;
  for (const worker& each : workers) done += each.done();
  suite::note("operations", done);
}

constexpr suite::test_case cases[] = {{"random_operations", random_operations}};

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int index, auto& into) {
    if (index < argc) into = std::strtoull(argv[index], nullptr, 10);
  };
  argument(1, chosen.operations);
  argument(2, chosen.threads);
  argument(3, chosen.seconds_max);
  argument(4, chosen.seed);
  return suite::run(cases, 1, argv);
}
