// strata::page_resource beyond what tests/conformance asks of every resource.
#include <gtest/gtest.h>
#include <strata/base/error.hpp>
#include <strata/heap/heap.hpp>
#include <strata/resource/page_resource.hpp>

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "support/opaque.hpp"

namespace {

using strata::page_resource;
using strata::test::opaque;

TEST(page_resource, the_account_is_charged_in_whole_pages) {
  page_resource pages({.name = "charged"});
  EXPECT_EQ(pages.account().usage(), 0u);
  const strata::sized_block one = pages.allocate_at_least(1);
  const std::size_t page = one.bytes;
  EXPECT_EQ(pages.account().usage(), page);
  void* const three = pages.allocate(2 * page + 1);
  EXPECT_EQ(pages.account().usage(), 4 * page);
  pages.deallocate(one.block, one.bytes);
  pages.deallocate(three, 2 * page + 1);
  EXPECT_EQ(pages.account().usage(), 0u);
}

TEST(page_resource, pages_are_zero_also_the_second_time) {
  page_resource pages({.name = "zeros"});
  for (int round = 0; round < 3; ++round) {
    const strata::sized_block given = pages.allocate_at_least(200000);
    auto* const bytes = static_cast<unsigned char*>(given.block);
    for (std::size_t i = 0; i < given.bytes; ++i) ASSERT_EQ(bytes[i], 0) << i;
    std::memset(bytes, 0xff, given.bytes);
    pages.deallocate(given.block, given.bytes);
  }
}

TEST(page_resource, a_limit_refuses_after_pressure_handlers_and_names_the_account) {
  page_resource pages({.name = "small", .limit = 1 << 20});
  void* spare = pages.allocate(512 << 10);
  int calls = 0;
  strata::pressure_handler give(pages.account(), [&](std::size_t) -> std::size_t {
    ++calls;
    if (spare == nullptr) return 0;
    pages.deallocate(spare, 512 << 10);
    spare = nullptr;
    return 512 << 10;
  });
  void* const whole = pages.allocate(1 << 20);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(pages.try_allocate(1), nullptr);
  try {
    (void)opaque(pages.allocate(100));
    FAIL() << "allocated beyond the limit";
  } catch (const strata::out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "small");
    EXPECT_EQ(refusal.bytes(), 100u);
  }
  pages.deallocate(whole, 1 << 20);
}

TEST(page_resource, a_refusal_by_the_system_charges_nothing) {
  page_resource pages({.name = "refused"});
  EXPECT_EQ(pages.try_allocate(100, std::size_t{1} << 62), nullptr);
  EXPECT_EQ(pages.try_allocate(opaque(std::size_t{1} << 60)), nullptr);
  EXPECT_EQ(pages.account().usage(), 0u);
}

TEST(page_resource, large_alignments_are_served) {
  page_resource pages({.name = "aligned"});
  const std::size_t alignment = 4 << 20;
  void* const first = pages.allocate(100, alignment);
  void* const second = pages.allocate(100, alignment);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % alignment, 0u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(second) % alignment, 0u);
  pages.deallocate(first, 100, alignment);
  pages.deallocate(second, 100, alignment);
}

TEST(page_resource, threads_take_and_give_at_once) {
  page_resource pages({.name = "shared"});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&pages, i] {
      for (int round = 0; round < 200; ++round) {
        const std::size_t bytes = static_cast<std::size_t>(round % 7 + 1) << 14;
        auto* const mine = static_cast<int*>(pages.allocate(bytes));
        ASSERT_EQ(*mine, 0);
        *mine = i + 1;
        std::this_thread::yield();
        ASSERT_EQ(*mine, i + 1);
        pages.deallocate(mine, bytes);
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(pages.account().usage(), 0u);
}

TEST(page_resource, the_shared_one_has_an_account_named_pages) {
  EXPECT_EQ(&strata::shared_pages(), &strata::shared_pages());
  EXPECT_EQ(strata::shared_pages().account().name(), "pages");
}

TEST(page_resource_death, its_end_with_live_pages_names_the_account) {
  EXPECT_DEATH(
      {
        page_resource pages({.name = "forgotten"});
        (void)opaque(pages.allocate(100));
      },
      "page resource in use: .*\"forgotten\" ends while 1 of");
}

TEST(page_resource_death, a_heap_does_not_take_its_pages) {
  page_resource pages({.name = "pages of ours"});
  void* const mine = pages.allocate(100);
  EXPECT_DEATH(strata::process_heap().deallocate(mine, 100), "wrong heap");
  pages.deallocate(mine, 100);
  EXPECT_DEATH(pages.deallocate(mine, 100), "double free");
}

}  // namespace
