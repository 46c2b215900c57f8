// What policies switch: each feature works when it is on, and is not there when off.
#include <strata/arena/bump_policy.hpp>

#include <strata/arena/bump_region.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <thread>
#include <vector>

#include "support/sanitized.hpp"

namespace strata::test {
namespace {

using bump_policies::high_performance;
using bump_policies::safety;

struct zeroed : high_performance {
  static constexpr bool zeroing = true;
};
struct locked : high_performance {
  using lock = std::mutex;
};
struct wide : high_performance {
  static constexpr std::size_t alignment = 128;
};
struct large : high_performance {
  static constexpr std::size_t minimum_bytes = 100;
};
struct with_canaries : high_performance {
  static constexpr bool canaries = true;
};

// What is off costs no byte.
using detail::bump_cursor;
static_assert(sizeof(bump_cursor<high_performance>) == 5 * sizeof(void*));
static_assert(sizeof(bump_cursor<zeroed>) == 6 * sizeof(void*));
constexpr std::size_t plain_bytes = sizeof(bump_region<>);
static_assert(sizeof(bump_region<locked>) >= plain_bytes + sizeof(std::mutex));
static_assert(sizeof(bump_region<with_canaries>) == plain_bytes + sizeof(detail::bump_lines));
static_assert(plain_bytes ==
              sizeof(void*) + sizeof(bump_cursor<high_performance>) + sizeof(detail::bump_range));

struct no_alignment : high_performance {
  static constexpr std::size_t alignment = 24;
};
struct no_lock_at_all : high_performance {
  using lock = int;
};
static_assert(!bump_policy<no_alignment>);
static_assert(!bump_policy<no_lock_at_all>);
static_assert(!bump_policy<int>);

template <class Policy>
bool is_zero(bump_region<Policy>& region, std::size_t bytes) {
  auto* const block = static_cast<const unsigned char*>(region.allocate(bytes));
  return std::all_of(block, block + bytes, [](unsigned char c) { return c == 0; });
}

template <class Policy>
void expect_zeroes(bump_region<Policy>& region) {
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(is_zero(region, 1000));
    region.reset();
    std::memset(region.allocate(500), 0xff, 500);
    const auto mark = region.mark();
    std::memset(region.allocate(700), 0xff, 700);
    region.rewind(mark);
    EXPECT_TRUE(is_zero(region, 2000));  // half used before, half fresh
    void* const last = region.allocate(100);
    std::memset(last, 0xff, 100);
    region.deallocate(last, 100);
    EXPECT_TRUE(is_zero(region, 100));
    region.reset();
  }
}

TEST(bump_policy, zeroing_gives_zeroes_whatever_was_there) {
  std::vector<std::byte> dirty(10000, std::byte{0xee});
  strata::bump_region<zeroed> over_a_buffer(dirty);
  expect_zeroes(over_a_buffer);
  strata::bump_region<zeroed> over_pages(10000);
  expect_zeroes(over_pages);
  strata::bump_region<safety> safe(10000);
  expect_zeroes(safe);
}

TEST(bump_policy, an_alignment_holds_for_every_block) {
  strata::bump_region<wide> region(10000);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(region.allocate(1, 1)) % 128, 0u);
  }
  EXPECT_EQ(region.used(), 1280u);
}

TEST(bump_policy, a_minimum_is_taken_at_least) {
  std::vector<std::byte> buffer(1000);
  strata::bump_region<large> region(buffer);
  void* const block = region.allocate(1);
  EXPECT_EQ(region.used(), 112u);
  EXPECT_NE(region.allocate(0), nullptr);
  region.deallocate(block, 1);
  EXPECT_EQ(region.allocate_at_least(5).bytes, 112u);
}

struct dense : high_performance {
  static constexpr std::size_t alignment = 1;
};

TEST(bump_policy, without_alignment_every_byte_is_used) {
  std::vector<std::byte> buffer(100);
  strata::bump_region<dense> region(buffer);
  EXPECT_EQ(region.try_allocate(101, 1), nullptr);
  void* const most = region.allocate(99, 1);
  EXPECT_EQ(region.try_allocate(2, 1), nullptr);
  EXPECT_NE(region.try_allocate(1, 1), nullptr);
  EXPECT_EQ(region.remaining(), 0u);
  region.deallocate(most, 99, 1);
  EXPECT_EQ(region.used(), 100u);
}

// Each thread writes into its own blocks and checks them: two blocks never overlap.
template <class Policy>
void run_threads(bump_region<Policy>& region) {
  constexpr std::size_t rounds = scaled(20000);
  std::vector<std::thread> threads;
  for (unsigned char name = 1; name <= 4; ++name) {
    threads.emplace_back([&region, name] {
      for (std::size_t i = 0; i < rounds; ++i) {
        const std::size_t bytes = 1 + i % 100;
        auto* const block = static_cast<unsigned char*>(region.try_allocate(bytes));
        if (block == nullptr) continue;
        std::memset(block, name, bytes);
        EXPECT_GE(region.used(), bytes);
        EXPECT_TRUE(std::all_of(block, block + bytes, [&](unsigned char c) { return c == name; }));
        region.deallocate(block, bytes);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(bump_policy, a_lock_serves_several_threads) {
  strata::bump_region<locked> region(1 << 20);
  run_threads(region);
  EXPECT_EQ(region.used(), 0u);
  strata::bump_region<safety> safe(1 << 20);
  run_threads(safe);
  EXPECT_EQ(safe.used(), 0u);
}

}  // namespace
}  // namespace strata::test
