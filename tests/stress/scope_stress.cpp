// Malloc scopes on many threads at once: threads redirect and return at random, end
// inside their scopes, and free each other's blocks. Every block must be where its
// scope said, hold what was written, and go home: at the end nothing lives.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "heap/heap.hpp"
#include "support/shadow_block.hpp"

namespace strata::core {
namespace {

using test::shadow_block;

constexpr std::size_t heap_count = 3;

// Blocks that wait for any thread to free them.
class exchange {
 public:
  void put(const shadow_block& block) {
    const std::lock_guard hold(lock_);
    blocks_.push_back(block);
  }
  bool take(shadow_block& into, std::uint64_t random) {
    const std::lock_guard hold(lock_);
    if (blocks_.empty()) return false;
    std::swap(blocks_[random % blocks_.size()], blocks_.back());
    into = blocks_.back();
    blocks_.pop_back();
    return true;
  }

 private:
  std::mutex lock_;
  std::vector<shadow_block> blocks_;
};

class worker {
 public:
  worker(std::array<heap*, heap_count>& heaps, exchange& shared, std::uint64_t seed)
      : heaps_(heaps), shared_(shared), random_(seed) {}

  // `leaves`: else the thread ends inside.
  void run(int steps, bool leaves) {
    for (int i = 0; i < steps; ++i) step();
    while (leaves && depth_ != 0) leave();
  }

 private:
  static constexpr std::size_t depth_max = 5;

  void step() {
    const std::uint64_t what = random_() % 100;
    if (what < 5 && depth_ < depth_max) return enter();
    if (what < 10 && depth_ != 0) return leave();
    if (what < 55) return make();
    shadow_block block;
    if (!shared_.take(block, random_())) return;
    ASSERT_TRUE(intact(block));
    deallocate(block.memory);
  }
  void enter() {
    into_[depth_] = heaps_[random_() % heap_count];
    ASSERT_TRUE(own_malloc_interface().enter_scope(*into_[depth_], open_[depth_]));
    ++depth_;
  }
  void leave() { own_malloc_interface().leave_scope(open_[--depth_]); }
  void make() {
    const std::size_t size = 1 + random_() % (random_() % 50 == 0 ? 400'000 : 600);
    shadow_block made{static_cast<std::byte*>(allocate(size)), size, random_()};
    ASSERT_NE(made.memory, nullptr);
    ASSERT_EQ(heap_of(made.memory), depth_ == 0 ? &process_heap() : into_[depth_ - 1]);
    paint(made);
    shared_.put(made);
  }

  std::array<heap*, heap_count>& heaps_;
  exchange& shared_;
  std::mt19937_64 random_;
  std::array<malloc_redirection, depth_max> open_{};
  std::array<heap*, depth_max> into_{};
  std::size_t depth_ = 0;
};

TEST(scope_stress, threads_redirect_and_free_each_others_blocks) {
  std::array<heap*, heap_count> heaps{};
  for (heap*& each : heaps) each = create_heap({.name = "redirected"});
  exchange shared;
  for (std::uint64_t round = 0; round < 40; ++round) {
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] { worker(heaps, shared, round * 4 + i).run(1500, i % 2 == 0); });
    }
    for (std::thread& thread : threads) thread.join();
  }
  shadow_block left;
  while (shared.take(left, 0)) deallocate(left.memory);
  for (heap* each : heaps) {
    EXPECT_EQ(heap_account(*each).usage(), 0u);
    EXPECT_TRUE(verify_heap(*each));
    destroy_heap(each);
  }
}

}  // namespace
}  // namespace strata::core
