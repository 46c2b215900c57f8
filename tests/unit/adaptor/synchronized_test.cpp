#include <strata/adaptor/synchronized.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

#include <strata/heap/unsynchronized_heap.hpp>

#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

// Notices who does not hold it.
struct watched_mutex {
  void lock() {
    inner.lock();
    held = true;
    ++taken;
  }
  void unlock() {
    held = false;
    inner.unlock();
  }

  std::mutex inner;
  static inline bool held = false;
  static inline int taken = 0;
};

class watched_upstream final : public std::pmr::memory_resource {
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    EXPECT_TRUE(watched_mutex::held);
    if (bytes == 1) throw std::bad_alloc();
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    EXPECT_TRUE(watched_mutex::held);
    std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }
};

TEST(synchronized, holds_the_lock_around_every_call_of_the_upstream) {
  watched_upstream upstream;
  synchronized<watched_upstream, watched_mutex> resource(upstream);
  resource.deallocate(resource.allocate(10), 10);
  resource.deallocate(resource.try_allocate(10), 10);
  EXPECT_FALSE(watched_mutex::held);
  EXPECT_EQ(watched_mutex::taken, 4);
}

TEST(synchronized, lets_the_lock_go_when_the_upstream_refuses) {
  watched_upstream upstream;
  synchronized<watched_upstream, watched_mutex> resource(upstream);
  EXPECT_THROW(static_cast<void>(resource.allocate(1)), std::bad_alloc);
  EXPECT_EQ(resource.try_allocate(1), nullptr);
  EXPECT_FALSE(watched_mutex::held);
}

TEST(synchronized, gives_the_upstream_to_one_alone) {
  watched_upstream upstream;
  synchronized<watched_upstream, watched_mutex> resource(upstream);
  const bool held = resource.exclusively([&](watched_upstream& inner) {
    EXPECT_EQ(&inner, &upstream);
    return watched_mutex::held;
  });
  EXPECT_TRUE(held);
  EXPECT_FALSE(watched_mutex::held);
}

TEST(synchronized, threads_share_what_is_for_one_thread) {
  unsynchronized_heap alone({.name = "alone"});
  synchronized resource(alone);
  const auto work = [&](unsigned char pattern) {
    std::vector<unsigned char*> blocks;
    for (int round = 0; round < 50; ++round) {
      for (int i = 0; i < 100; ++i) {
        blocks.push_back(static_cast<unsigned char*>(resource.allocate(64)));
        std::memset(blocks.back(), pattern, 64);
      }
      for (unsigned char* const block : blocks) {
        EXPECT_EQ(block[0], pattern);
        EXPECT_EQ(block[63], pattern);
        resource.deallocate(block, 64);
      }
      blocks.clear();
    }
  };
  std::vector<std::thread> threads;
  for (unsigned char i = 1; i <= 4; ++i) threads.emplace_back(work, i);
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(alone.statistics().live, 0u);
}

}  // namespace
}  // namespace strata
