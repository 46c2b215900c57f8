// Memory comes back to the OS after a peak, also when the program then only
// sleeps: 512 MiB of small blocks are freed in random order, by the thread that
// allocated them, after that thread has ended, and while it waits. This is the
// one test that sleeps, because sleeping is what it is about.
#include <sys/mman.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using suite::expect;

constexpr std::size_t peak_bytes = 512 * memory::mib;
constexpr std::size_t block_bytes_max = 512;
constexpr std::size_t block_bytes_min = 16;
constexpr std::size_t block_count = peak_bytes / ((block_bytes_min + block_bytes_max) / 2);
constexpr std::size_t worker_count = 4;

// The table of blocks lives outside the heap, resident before the measurement.
class block_table {
 public:
  block_table() {
    void* mapping = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (mapping == MAP_FAILED) std::abort();
    blocks = {static_cast<void**>(mapping), block_count};
  }
  ~block_table() { ::munmap(blocks.data(), bytes); }
  block_table(const block_table&) = delete;
  block_table& operator=(const block_table&) = delete;

  static constexpr std::size_t bytes = block_count * sizeof(void*);
  std::span<void*> blocks;
};

void allocate(std::span<void*> blocks, std::uint64_t seed) {
  memory::random random{seed};
  for (void*& block : blocks) {
    const std::size_t size = block_bytes_min + random.below(block_bytes_max - block_bytes_min + 1);
    block = std::malloc(size);
    memory::fill(block, size, size);
  }
}

std::span<void*> share_of(std::span<void*> blocks, std::size_t worker) {
  const std::size_t each = blocks.size() / worker_count;
  return blocks.subspan(worker * each, each);
}

void free_in_random_order(std::span<void*> blocks) {
  memory::random random{99};
  for (std::size_t i = blocks.size(); i > 1; --i) std::swap(blocks[i - 1], blocks[random.below(i)]);
  for (void* block : blocks) std::free(block);
}

void expect_returned(std::size_t before, std::size_t peak) {
  suite::expect_at_least(peak - before, peak_bytes * 9 / 10, "resident growth at the peak");
  const std::size_t at_once = std::max(memory::resident_bytes(), before) - before;
  std::this_thread::sleep_for(std::chrono::seconds(10));
  const std::size_t later = std::max(memory::resident_bytes(), before) - before;
  suite::note("growth at the peak", peak - before);
  suite::note("growth left right after the last free", at_once);
  suite::note("growth left 10 s later", later);
  suite::expect_at_most(later, (peak - before) / 10, "a tenth of the peak's growth");
}

void freed_by_its_own_thread() {
  block_table table;
  const std::size_t before = memory::resident_bytes();
  allocate(table.blocks, 1);
  const std::size_t peak = memory::resident_bytes();
  free_in_random_order(table.blocks);
  expect_returned(before, peak);
}

void freed_after_its_thread_ended() {
  block_table table;
  const std::size_t before = memory::resident_bytes();
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < worker_count; ++i) {
    workers.emplace_back(allocate, share_of(table.blocks, i), i + 1);
  }
  for (std::thread& worker : workers) worker.join();
  const std::size_t peak = memory::resident_bytes();
  free_in_random_order(table.blocks.first(block_count / worker_count * worker_count));
  expect_returned(before, peak);
}

// The workers are alive but never run again until the measurement is over.
void freed_while_its_thread_waits() {
  block_table table;
  const std::size_t before = memory::resident_bytes();
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t ready = 0;
  bool over = false;
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < worker_count; ++i) {
    workers.emplace_back([&, i] {
      allocate(share_of(table.blocks, i), i + 1);
      std::unique_lock lock(mutex);
      ++ready;
      changed.notify_all();
      changed.wait(lock, [&] { return over; });
    });
  }
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ready == worker_count; });
  }
  const std::size_t peak = memory::resident_bytes();
  free_in_random_order(table.blocks.first(block_count / worker_count * worker_count));
  expect_returned(before, peak);
  {
    const std::lock_guard lock(mutex);
    over = true;
  }
  changed.notify_all();
  for (std::thread& worker : workers) worker.join();
}

constexpr suite::test_case cases[] = {
    {"freed_by_its_own_thread", freed_by_its_own_thread},
    {"freed_after_its_thread_ended", freed_after_its_thread_ended},
    {"freed_while_its_thread_waits", freed_while_its_thread_waits},
};

}  // namespace

int main(int argc, char** argv) { return suite::run(cases, argc, argv); }
