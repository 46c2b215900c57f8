// Heaps end while threads that once used them live on: a thread may purge, use
// other heaps, or end, at the very moment at which another thread resets or
// destroys a heap that it still has a part of.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include "stress/live_blocks.hpp"
#include "support/sanitized.hpp"

namespace strata::test {
namespace {

class heap_churn : public testing::Test {
 protected:
  static constexpr std::size_t helper_count = 3;
  static constexpr std::size_t heap_count = 12;  // more than a thread remembers at once

  void make_heaps() {
    for (core::heap*& made : heaps_) made = core::create_heap({.name = "churn"});
  }

  // Blocks that the next reset kills, and free ones in the thread's lists.
  void use_heaps() {
    for (core::heap* const heap : heaps_) {
      for (std::size_t size = 8; size < 20000; size *= 3) {
        void* const freed = core::heap_allocate(*heap, size, 16);
        if (core::heap_allocate(*heap, size, 16) == nullptr || freed == nullptr) refused_ = true;
        core::deallocate(freed);
      }
    }
  }

  // Uses every heap, and goes on with what is allowed while they end.
  void help(std::barrier<>& turn, std::size_t rounds) {
    for (std::size_t round = 0; round < rounds; ++round) {
      turn.arrive_and_wait();  // the heaps are made
      use_heaps();
      turn.arrive_and_wait();  // from here on they end
      for (int i = 0; i < 4; ++i) {
        core::purge();
        core::deallocate(core::heap_allocate(*lasting_, 100, 16));
      }
      std::thread([this] { core::deallocate(core::heap_allocate(*lasting_, 100, 16)); }).join();
      turn.arrive_and_wait();
    }
  }

  void end_heaps(std::size_t round) {
    for (std::size_t i = 0; i < heap_count; ++i) {
      if ((i + round) % 2 == 0) core::reset_heap(heaps_[i]);
      core::destroy_heap(heaps_[i]);
    }
  }

  std::array<core::heap*, heap_count> heaps_{};
  core::heap* lasting_ = core::create_heap({.name = "lasting"});
  std::atomic<bool> refused_{false};
};

TEST_F(heap_churn, heaps_end_while_their_former_users_live_on) {
  const std::size_t rounds = scaled(4000);
  const std::size_t usage_before = settled_usage(core::process_heap());
  std::barrier turn(helper_count + 1);
  std::vector<std::thread> helpers;
  for (std::size_t i = 0; i < helper_count; ++i) {
    helpers.emplace_back([&] { help(turn, rounds); });
  }
  for (std::size_t round = 0; round < rounds; ++round) {
    make_heaps();
    turn.arrive_and_wait();
    use_heaps();
    turn.arrive_and_wait();
    end_heaps(round);
    turn.arrive_and_wait();
  }
  for (std::thread& helper : helpers) helper.join();
  EXPECT_FALSE(refused_.load());
  EXPECT_TRUE(core::verify_heap(*lasting_));
  EXPECT_TRUE(live_blocks(*lasting_).empty());
  EXPECT_TRUE(core::verify_heap(core::process_heap()));
  EXPECT_EQ(settled_usage(*lasting_), 0u);
  core::destroy_heap(lasting_);
  EXPECT_EQ(settled_usage(core::process_heap()), usage_before);
}

}  // namespace
}  // namespace strata::test
