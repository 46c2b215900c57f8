// Producers allocate and never free, consumers free and never allocate: every
// block travels to its owner's thread. Whatever the ratio of the two, the heap
// must hold little more than what is in the queue between them.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "heap/snapshot.hpp"
#include "stress/live_blocks.hpp"
#include "support/sanitized.hpp"
#include "support/shadow_block.hpp"

namespace strata::test {
namespace {

using parcel = std::array<shadow_block, 32>;

// At most `capacity` parcels wait.
class bounded_queue {
 public:
  void put(const parcel& sent) {
    std::unique_lock guard(lock_);
    changed_.wait(guard, [&] { return waiting_.size() < capacity; });
    waiting_.push_back(sent);
    changed_.notify_all();
  }

  // False: closed and empty.
  bool get(parcel& received) {
    std::unique_lock guard(lock_);
    changed_.wait(guard, [&] { return !waiting_.empty() || closed_; });
    if (waiting_.empty()) return false;
    received = waiting_.front();
    waiting_.pop_front();
    changed_.notify_all();
    return true;
  }

  void close() {
    std::lock_guard guard(lock_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  static constexpr std::size_t capacity = 64;

  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<parcel> waiting_;
  bool closed_ = false;
};

struct line_up {
  std::size_t producers;
  std::size_t consumers;
};

class soak : public testing::TestWithParam<line_up> {
 protected:
  static constexpr std::size_t size_max = 2000;

  void produce(std::size_t parcels, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (std::size_t i = 0; i < parcels; ++i) {
      parcel made;
      for (shadow_block& block : made) {
        block.size = random() % size_max;
        block.seed = random();
        block.memory = static_cast<std::byte*>(core::allocate(block.size));
        paint(block);
      }
      queue_.put(made);
    }
  }

  void consume() {
    parcel received;
    while (queue_.get(received)) {
      for (const shadow_block& block : received) {
        if (!intact(block)) spoilt_.store(true);
        core::deallocate(block.memory);
      }
      if (++consumed_ % 256 == 0) note_held();
    }
  }

  void note_held() {
    core::snapshot now;
    core::take_snapshot(now);
    std::lock_guard guard(held_lock_);
    if (now.held > held_peak_) held_peak_ = now.held;
  }

  bounded_queue queue_;
  std::atomic<bool> spoilt_{false};
  std::atomic<std::size_t> consumed_{0};
  std::mutex held_lock_;
  std::uint64_t held_peak_ = 0;
};

TEST_P(soak, holds_what_is_in_the_queue_and_little_more) {
  const std::size_t usage_before = settled_usage(core::process_heap());
  core::purge();
  note_held();
  const std::uint64_t held_before = held_peak_;
  const std::size_t parcels = scaled(60'000) / GetParam().producers;
  {
    std::vector<std::thread> consumers;
    std::vector<std::thread> producers;
    for (std::size_t i = 0; i < GetParam().consumers; ++i) {
      consumers.emplace_back([this] { consume(); });
    }
    for (std::size_t i = 0; i < GetParam().producers; ++i) {
      producers.emplace_back([this, i, parcels] { produce(parcels, i); });
    }
    for (std::thread& thread : producers) thread.join();
    queue_.close();
    for (std::thread& thread : consumers) thread.join();
  }
  EXPECT_FALSE(spoilt_.load());
  // At most some 4 MB are in the queue and in hands at any time; without returns, 60 MB or more
  // would have piled up. Each producer may keep a slab or two of each class.
  EXPECT_LE(held_peak_, held_before + (GetParam().producers + 1) * (std::size_t{12} << 20));
  EXPECT_TRUE(core::verify_heap(core::process_heap()));
  EXPECT_EQ(settled_usage(core::process_heap()), usage_before);
}

INSTANTIATE_TEST_SUITE_P(line_ups, soak,
                         testing::Values(line_up{1, 1}, line_up{4, 1}, line_up{1, 4},
                                         line_up{3, 3}),
                         [](const testing::TestParamInfo<line_up>& tested) {
                           return std::to_string(tested.param.producers) + "_producers_" +
                                  std::to_string(tested.param.consumers) + "_consumers";
                         });

}  // namespace
}  // namespace strata::test
