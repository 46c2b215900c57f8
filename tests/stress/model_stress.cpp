// Ten million random operations, on four threads and four heaps, against a
// model. Rounds of concurrent work alternate with moments of rest, at which the
// heaps must hold exactly the blocks of the model; then some heap is reset, or
// destroyed and made anew, and other threads go on with the workers' blocks.
#include <gtest/gtest.h>

#include <deque>
#include <exception>
#include <memory>
#include <thread>

#include "stress/live_blocks.hpp"
#include "stress/model_worker.hpp"
#include "support/sanitized.hpp"

namespace strata::test {
namespace {

class model_stress : public testing::Test {
 protected:
  static constexpr std::size_t worker_count = 4;
  static constexpr std::size_t rounds = sanitized ? 8 : 40;

  void SetUp() override {
    heaps_[0] = &core::process_heap();
    foreign_ = live_blocks(*heaps_[0]);
    usage_before_ = settled_usage(*heaps_[0]);
    for (std::size_t i = 1; i < model_heap_count; ++i) make_heap(i);
    for (std::size_t i = 0; i < worker_count; ++i) workers_.emplace_back(4711 + i, heaps_);
    for (model_worker& worker : workers_) worker.meet(workers_);
  }

  void make_heap(std::size_t index) {
    heaps_[index] = core::create_heap({.name = "model"});
    ASSERT_NE(heaps_[index], nullptr);
  }

  // New threads each time: they adopt what those of the last round left.
  void work(std::size_t operations) {
    std::vector<std::thread> threads;
    for (model_worker& worker : workers_) {
      threads.emplace_back([&worker, operations] {
        try {
          worker.perform(operations);
        } catch (const std::exception& error) {
          ADD_FAILURE() << error.what();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (model_worker& worker : workers_) worker.open_mail();
  }

  [[nodiscard]] std::vector<const void*> modelled(std::size_t heap) const {
    std::vector<const void*> blocks;
    if (heap == 0) blocks = foreign_;
    for (const model_worker& worker : workers_) {
      for (const owned_block& block : worker.blocks()) {
        if (block.heap == heap) blocks.push_back(block.memory);
      }
    }
    std::sort(blocks.begin(), blocks.end());
    return blocks;
  }

  void compare() {
    for (std::size_t i = 0; i < model_heap_count; ++i) {
      ASSERT_TRUE(core::verify_heap(*heaps_[i])) << "heap " << i;
      ASSERT_EQ(live_blocks(*heaps_[i]), modelled(i)) << "heap " << i;
      ASSERT_TRUE(core::verify_heap(*heaps_[i])) << "heap " << i << " after the walk";
    }
  }

  void upset(std::size_t round) {
    const std::size_t victim = 1 + round % (model_heap_count - 1);
    if (round % 3 == 0) {
      core::reset_heap(heaps_[victim]);
    } else if (round % 3 == 1) {
      core::destroy_heap(heaps_[victim]);
      make_heap(victim);
    } else {
      core::purge();
      return;
    }
    for (model_worker& worker : workers_) worker.forget_heap(victim);
    ASSERT_TRUE(live_blocks(*heaps_[victim]).empty());
  }

  model_heaps heaps_{};
  std::vector<const void*> foreign_;
  std::size_t usage_before_ = 0;
  std::deque<model_worker> workers_;  // they hold a lock, and stay where they are
};

TEST_F(model_stress, heaps_hold_exactly_what_the_model_holds) {
  const std::size_t operations = scaled(10'000'000) / worker_count / rounds;
  for (std::size_t round = 0; round < rounds && !HasFailure(); ++round) {
    work(operations);
    compare();
    upset(round);
  }
  for (model_worker& worker : workers_) worker.free_everything();
  for (std::size_t i = 1; i < model_heap_count; ++i) {
    EXPECT_EQ(settled_usage(*heaps_[i]), 0u) << "heap " << i;
    core::destroy_heap(heaps_[i]);
  }
  EXPECT_EQ(settled_usage(*heaps_[0]), usage_before_);
}

}  // namespace
}  // namespace strata::test
