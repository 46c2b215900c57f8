// Threads come and go by the hundred thousand. Each frees blocks of threads that
// are dead, and leaves blocks behind for those to come. What the heap holds must
// not grow with the number of threads that ever lived.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <random>
#include <thread>
#include <vector>

#include "heap/snapshot.hpp"
#include "stress/live_blocks.hpp"
#include "support/sanitized.hpp"
#include "support/shadow_block.hpp"

namespace strata::test {
namespace {

// Places where one thread leaves a block and another finds it.
template <std::size_t count>
class cloakroom {
 public:
  // The block that was in the place, if any.
  [[nodiscard]] void* exchange(std::size_t place, void* block) {
    return places_[place % count].exchange(block, std::memory_order_acq_rel);
  }

  void clear() {
    for (auto& place : places_) core::deallocate(place.exchange(nullptr));
  }

 private:
  std::array<std::atomic<void*>, count> places_{};
};

class thread_storm : public testing::Test {
 protected:
  static constexpr std::size_t places = 512;

  // A thread's whole life. With a crowd, it holds its blocks until all others do.
  void live(std::uint64_t seed, std::barrier<>* crowd) {
    std::mt19937_64 random(seed);
    std::array<shadow_block, 12> own;
    for (shadow_block& block : own) {
      block.seed = random();
      block.size = random() % 16 == 0 ? random() % 40000 : random() % 600;
      void* const memory = random() % 4 == 0 ? core::heap_allocate(*heap_, block.size, 16)
                                             : core::allocate(block.size);
      block.memory = static_cast<std::byte*>(memory);
      paint(block);
    }
    if (crowd != nullptr) crowd->arrive_and_wait();
    for (const shadow_block& block : own) {
      if (!intact(block)) spoilt_.store(true);
    }
    for (std::size_t i = 0; i < own.size(); ++i) {
      void* const mine = own[i].memory;
      core::deallocate(i % 3 == 0 ? left_.exchange(random(), mine) : mine);
    }
  }

  // How many threads live at once, and so how many local heaps there are, depends on
  // the machine's load: from time to time it is all of a batch, whatever the load.
  void storm(std::size_t threads) {
    for (std::size_t done = 0, batches = 0; done < threads; ++batches) {
      const std::size_t batch = 8 + done % 9;
      std::barrier<> all(static_cast<std::ptrdiff_t>(batch));
      std::barrier<>* const crowd = batches % 4 == 0 ? &all : nullptr;
      std::vector<std::thread> running;
      for (std::size_t i = 0; i < batch; ++i) {
        running.emplace_back([this, crowd, seed = ++serial_] { live(seed, crowd); });
      }
      for (std::thread& thread : running) thread.join();
      done += batch;
    }
  }

  template <std::size_t count>
  [[nodiscard]] static std::size_t median(std::array<std::size_t, count> of) {
    std::nth_element(of.begin(), of.begin() + count / 2, of.end());
    return of[count / 2];
  }

  [[nodiscard]] static core::snapshot look() {
    core::snapshot now;
    core::take_snapshot(now);
    return now;
  }

  // What is held rises and falls by a third from one moment to another, because empty
  // slabs are kept and given back. Growth shows in the median of moments far apart.
  struct footprint {
    std::size_t metadata;
    std::size_t held;
    std::size_t resident;
  };

  [[nodiscard]] footprint storm_and_look(std::size_t threads) {
    constexpr std::size_t looks = 11;
    std::array<std::size_t, looks> metadata{};
    std::array<std::size_t, looks> held{};
    std::array<std::size_t, looks> resident{};
    for (std::size_t i = 0; i < looks; ++i) {
      storm(threads / looks);
      const core::snapshot now = look();
      metadata[i] = now.metadata;
      held[i] = now.held;
      resident[i] = now.resident;
    }
    return {median(metadata), median(held), median(resident)};
  }

  core::heap* heap_ = core::create_heap({.name = "storm"});
  cloakroom<places> left_;
  std::uint64_t serial_ = 0;
  std::atomic<bool> spoilt_{false};
};

TEST_F(thread_storm, memory_does_not_grow_with_threads_that_ever_lived) {
  const std::size_t usage_before = settled_usage(core::process_heap());
  const std::size_t threads = scaled(100'000);
  // So many until a local heap for each thread of a crowd has met nearly every size.
  storm(std::max<std::size_t>(threads / 10, 4000));
  const footprint early = storm_and_look(threads / 10);
  const std::size_t adopted_early = look().threads_adopted;
  storm(threads - threads * 3 / 10);
  const footprint late = storm_and_look(threads / 10);

  EXPECT_FALSE(spoilt_.load());
  EXPECT_LE(late.metadata, early.metadata + (std::size_t{1} << 20));
  EXPECT_LE(late.held, early.held + early.held / 4 + (std::size_t{4} << 20));
  if (!sanitized) {
    EXPECT_LE(late.resident, early.resident + (std::size_t{32} << 20));
  }
  EXPECT_GE(look().threads_adopted, adopted_early + threads / 2);

  left_.clear();
  EXPECT_TRUE(live_blocks(*heap_).empty());
  EXPECT_TRUE(core::verify_heap(*heap_));
  EXPECT_TRUE(core::verify_heap(core::process_heap()));
  EXPECT_EQ(settled_usage(*heap_), 0u);
  EXPECT_EQ(settled_usage(core::process_heap()), usage_before);
  core::destroy_heap(heap_);
}

// Blocks that only threads of the past allocated serve those of today.
TEST_F(thread_storm, slabs_of_the_dead_are_used_up) {
  constexpr std::size_t size = 6000;
  constexpr std::size_t count = 4000;
  std::vector<void*> blocks(count);
  const auto fill = [&] {
    for (void*& block : blocks) block = core::heap_allocate(*heap_, size, 16);
  };
  std::thread(fill).join();
  const std::size_t usage = core::heap_account(*heap_).usage();
  for (void* const block : blocks) core::deallocate(block);
  std::thread(fill).join();
  EXPECT_LE(core::heap_account(*heap_).usage(), usage + usage / 16);
  core::destroy_heap(heap_);
}

}  // namespace
}  // namespace strata::test
