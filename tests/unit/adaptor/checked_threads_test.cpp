// Several threads use one checked resource: blocks travel, are validated and
// reported meanwhile, and nothing is found that is not wrong. For ThreadSanitizer.
#include <strata/adaptor/checked.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "support/sanitized.hpp"

namespace strata {
namespace {

struct parcel {
  std::byte* block;
  std::size_t bytes;
};

// One place in which a thread leaves a block for another.
class exchange_place {
 public:
  [[nodiscard]] parcel swap(parcel mine) {
    const std::lock_guard lock(mutex_);
    return std::exchange(held_, mine);
  }

 private:
  std::mutex mutex_;
  parcel held_{nullptr, 0};
};

void end(checked& resource, parcel dead) {
  if (dead.block != nullptr) resource.deallocate(dead.block, dead.bytes);
}

void trade(checked& resource, std::array<exchange_place, 16>& market, unsigned seed) {
  std::mt19937 random(seed);
  for (std::size_t step = 0; step < test::scaled(4000); ++step) {
    const std::size_t bytes = random() % 500;
    const parcel made{static_cast<std::byte*>(resource.allocate(bytes)), bytes};
    std::memset(made.block, static_cast<int>(seed), bytes);
    end(resource, market[random() % market.size()].swap(made));
  }
}

TEST(checked_threads, trade_blocks_while_others_look) {
  std::atomic<std::size_t> mistakes{0};
  debug_config config;
  config.quarantine_bytes = 20000;
  config.on_error = [&](const debug_error&) { ++mistakes; };
  {
    checked resource(config);
    std::array<exchange_place, 16> market;
    std::vector<std::thread> threads;
    for (unsigned seed = 1; seed <= 4; ++seed) {
      threads.emplace_back([&, seed] { trade(resource, market, seed); });
    }
    std::size_t sites = 0;
    for (std::size_t round = 0; round < test::scaled(100); ++round) {
      static_cast<void>(resource.validate());
      resource.visit_leaks([&](const leak_site&) { ++sites; });
    }
    for (std::thread& each : threads) each.join();
    for (exchange_place& place : market) end(resource, place.swap({nullptr, 0}));
    EXPECT_EQ(resource.statistics().live_blocks, 0u);
    EXPECT_EQ(resource.validate(), 0u);
  }
  EXPECT_EQ(mistakes, 0u);
}

TEST(checked_threads, of_many_that_free_one_block_all_but_one_are_told) {
  for (int round = 0; round < 50; ++round) {
    std::atomic<std::size_t> told{0};
    debug_config config;
    config.on_error = [&](const debug_error& error) {
      if (error.kind == debug_error_kind::double_free) ++told;
    };
    checked resource(config);
    void* const block = resource.allocate(100);
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { resource.deallocate(block, 100); });
    for (std::thread& each : threads) each.join();
    EXPECT_EQ(told, 2u);
  }
}

}  // namespace
}  // namespace strata
