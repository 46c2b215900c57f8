// Threads by the hundred thousand come and go, blocks cross between them, and
// memory stays bounded: what dead threads leave is freed and used again.
#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using memory::owned;
using suite::expect;

std::size_t growth_since(std::size_t before) {
  return std::max(memory::resident_bytes(), before) - before;
}

// -- Storm ------------------------------------------------------------------------

constexpr std::size_t left_per_thread = 8;

struct visitor {
  pthread_t handle;
  std::size_t number;
  void* left[left_per_thread];  // freed by the main thread after this one is gone
  bool ok;
};

void* visit(void* argument) {
  auto& self = *static_cast<visitor*>(argument);
  memory::random random{self.number + 1};
  void* own[16];
  std::size_t sizes[16];
  for (std::size_t i = 0; i < 16; ++i) {
    sizes[i] = 1 + random.below(i == 0 ? 40000 : 1500);
    own[i] = std::malloc(sizes[i]);
    memory::fill(own[i], sizes[i], self.number + i);
  }
  for (void*& block : self.left) memory::fill(block = std::malloc(1000), 1000, self.number);
  self.ok = true;
  for (std::size_t i = 0; i < 16; ++i) {
    self.ok = self.ok && memory::intact(own[i], sizes[i], self.number + i);
    std::free(own[i]);
  }
  return nullptr;
}

void storm(std::size_t count) {
  visitor batch[16];
  for (std::size_t number = 0; number < count; number += 16) {
    for (visitor& each : batch) {
      each.number = number;
      if (::pthread_create(&each.handle, nullptr, visit, &each) != 0) std::abort();
    }
    for (visitor& each : batch) {
      ::pthread_join(each.handle, nullptr);
      expect(each.ok, "contents of the thread's own blocks");
      for (void* block : each.left) {
        expect(memory::intact(block, 1000, number), "contents of a dead thread's block");
        std::free(block);
      }
    }
  }
}

void hundred_thousand_threads() {
  storm(4000);
  const std::size_t before = memory::resident_bytes();
  storm(100000);
  suite::note("resident growth", growth_since(before));
  suite::expect_at_most(growth_since(before), 16 * memory::mib, "resident growth");
}

// Each thread allocates what the one before it, now dead, left behind for it.
void blocks_handed_down() {
  std::vector<owned> legacy;
  const auto generation = [&legacy] {
    std::vector<owned> mine;
    for (std::size_t i = 0; i < 3000; ++i) mine.emplace_back(std::malloc(i % 700 + 1));
    legacy.swap(mine);
  };
  const auto pass_on = [&](int count) {
    for (int i = 0; i < count; ++i) std::thread(generation).join();
  };
  pass_on(50);
  const std::size_t before = memory::resident_bytes();
  pass_on(2000);
  suite::note("resident growth", growth_since(before));
  suite::expect_at_most(growth_since(before), 16 * memory::mib, "resident growth");
}

// -- Producers and consumers ----------------------------------------------------------

struct item {
  void* block;
  std::size_t size;
};

class channel {
 public:
  void put(std::vector<item> batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return batches_.size() < 8; });
    batches_.push_back(std::move(batch));
    changed_.notify_all();
  }
  std::vector<item> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !batches_.empty(); });
    std::vector<item> batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return batch;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<item>> batches_;
};

void produce(channel& to, std::size_t batches, std::uint64_t seed) {
  memory::random random{seed};
  for (std::size_t b = 0; b < batches; ++b) {
    std::vector<item> batch;
    for (int i = 0; i < 250; ++i) {
      const std::size_t size = 16 + random.below(random.below(100) == 0 ? 60000 : 800);
      batch.push_back({std::malloc(size), size});
      memory::fill(batch.back().block, 16, size);
    }
    to.put(std::move(batch));
  }
}

void consume(channel& from, std::size_t batches) {
  for (std::size_t b = 0; b < batches; ++b) {
    for (const item& each : from.take()) {
      expect(memory::intact(each.block, 16, each.size), "contents across threads");
      std::free(each.block);
    }
  }
}

void soak(std::size_t batches) {
  channel between;
  std::thread producers[2] = {std::thread(produce, std::ref(between), batches, 1),
                              std::thread(produce, std::ref(between), batches, 2)};
  std::thread consumers[2] = {std::thread(consume, std::ref(between), batches),
                              std::thread(consume, std::ref(between), batches)};
  for (std::thread& thread : producers) thread.join();
  for (std::thread& thread : consumers) thread.join();
}

void producers_and_consumers() {
  soak(300);
  const std::size_t before = memory::resident_bytes();
  soak(8000);  // 4 million blocks, about 2.8 GB
  suite::note("resident growth", growth_since(before));
  suite::expect_at_most(growth_since(before), 32 * memory::mib, "resident growth");
}

constexpr suite::test_case cases[] = {
    {"hundred_thousand_threads", hundred_thousand_threads},
    {"blocks_handed_down", blocks_handed_down},
    {"producers_and_consumers", producers_and_consumers},
};

}  // namespace

int main(int argc, char** argv) { return suite::run(cases, argc, argv); }
