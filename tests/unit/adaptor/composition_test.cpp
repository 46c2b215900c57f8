// Adaptors over adaptors over a heap, in many orders, under containers: contents
// stay, counts agree at every level, and everything comes back.
#include <gtest/gtest.h>

#include <list>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <strata/adaptor/failing.hpp>
#include <strata/adaptor/fallback.hpp>
#include <strata/adaptor/limited.hpp>
#include <strata/adaptor/segregator.hpp>
#include <strata/adaptor/synchronized.hpp>
#include <strata/adaptor/system_malloc.hpp>
#include <strata/adaptor/tagged.hpp>
#include <strata/adaptor/tracked.hpp>
#include <strata/adaptor/wiping.hpp>
#include <strata/heap/heap.hpp>

#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

using test::strict_upstream;

// A container workload that allocates some hundred times and checks what it wrote.
void work_on(std::pmr::memory_resource& memory) {
  std::pmr::unordered_map<int, std::pmr::string> words(&memory);
  std::pmr::list<std::pmr::vector<int>> lists(&memory);
  for (int i = 0; i < 60; ++i) {
    words[i].assign(static_cast<std::size_t>(i * 7 % 90), static_cast<char>('a' + i % 26));
    lists.emplace_back().assign(static_cast<std::size_t>(i), i);
  }
  for (int i = 0; i < 60; i += 3) words.erase(i);
  int number = 0;
  for (const auto& list : lists) {
    for (const int each : list) ASSERT_EQ(each, number);
    ++number;
  }
  for (const auto& [key, word] : words) {
    ASSERT_EQ(std::string_view(word), std::string(static_cast<std::size_t>(key * 7 % 90),
                                                  static_cast<char>('a' + key % 26)));
  }
}

TEST(composition, a_monotonic_buffer_over_limited_over_tracked_over_a_heap) {
  heap below({.name = "below"});
  tracked counted(below);
  limited bounded(counted, 64 << 10);
  {
    std::pmr::monotonic_buffer_resource arena(1024, &bounded);
    work_on(arena);
    EXPECT_GT(bounded.used(), 4096u);
    EXPECT_EQ(bounded.used(), counted.usage().live_bytes);
    EXPECT_THROW(static_cast<void>(arena.allocate(64 << 10)), out_of_memory);
    EXPECT_EQ(counted.usage().refusals, 0u);
  }
  EXPECT_EQ(bounded.used(), 0u);
  EXPECT_EQ(counted.usage().live_blocks(), 0u);
  EXPECT_EQ(below.statistics().live, 0u);
}

TEST(composition, every_adaptor_at_once) {
  strict_upstream upstream;
  heap near_heap({.name = "near"});
  limited near(near_heap, 2000, "near");
  tracked counted(upstream);
  tagged part(counted, "part");
  fallback spilling(near, part);
  system_malloc for_large;
  segregator by_size(spilling, for_large, 256);
  wiping clean(by_size);
  failing sometimes(clean, {.nth = 1'000'000});
  synchronized whole(sometimes);
  work_on(whole);
  EXPECT_GT(counted.usage().allocations, 50u);
  EXPECT_EQ(counted.usage().live_blocks(), 0u);
  EXPECT_EQ(near.used(), 0u);
}

TEST(composition, calls_through_the_base_class_only) {
  strict_upstream upstream;
  tracked<> inner(upstream);
  limited<> middle(inner, 1 << 20);
  tracked<> outer(middle);
  synchronized<> whole(outer);
  work_on(whole);
  EXPECT_EQ(inner.usage().allocations, outer.usage().allocations);
  EXPECT_EQ(inner.usage().peak_bytes, outer.usage().peak_bytes);
  EXPECT_EQ(middle.used(), 0u);
}

TEST(composition, a_limit_inside_a_count_counts_as_refused) {
  strict_upstream upstream;
  limited inner(upstream, 100);
  tracked outer(inner);
  EXPECT_EQ(outer.try_allocate(101), nullptr);
  EXPECT_THROW(static_cast<void>(outer.allocate(101)), out_of_memory);
  EXPECT_EQ(outer.usage().refusals, 2u);
}

// The workload under `make(upstream, n)`, whose n-th request fails, for every n.
template <class Make>
std::uint64_t survives_every_refusal(const Make& make) {
  for (std::uint64_t n = 1;; ++n) {
    strict_upstream upstream;
    failing<> memory(upstream, {.nth = n});
    try {
      make(memory);
    } catch (const std::bad_alloc&) {
      EXPECT_EQ(memory.refusals(), 1u);
    }
    EXPECT_TRUE(upstream.live().empty()) << "request " << n;
    if (memory.refusals() == 0 || testing::Test::HasFailure()) return n;
  }
}

TEST(composition, containers_leak_nothing_whichever_request_fails) {
  EXPECT_GT(survives_every_refusal([](std::pmr::memory_resource& memory) { work_on(memory); }),
            200u);
}

TEST(composition, adaptors_leak_nothing_whichever_request_fails) {
  EXPECT_GT(survives_every_refusal([](failing<>& memory) {
              tracked counted(memory);
              limited bounded(counted, 1 << 20);
              tagged part(counted, "part");
              wiping clean(bounded);
              segregator by_size(clean, part, 64);
              synchronized whole(by_size);
              try {
                work_on(whole);
              } catch (const std::bad_alloc&) {
                EXPECT_EQ(counted.usage().live_blocks(), 0u);
                EXPECT_EQ(counted.usage().live_bytes, 0u);
                EXPECT_EQ(counted.usage().refusals, 1u);
                EXPECT_EQ(bounded.used(), 0u);
                throw;
              }
            }),
            200u);
}

TEST(composition, containers_survive_refusals_by_chance) {
  strict_upstream upstream;
  int came_through = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    failing<> memory(upstream, {.probability = 0.005, .seed = seed});
    try {
      work_on(memory);
      ++came_through;
    } catch (const out_of_memory&) {
      EXPECT_GE(memory.refusals(), 1u);
    }
    EXPECT_TRUE(upstream.live().empty());
  }
  EXPECT_GT(came_through, 10);
  EXPECT_LT(came_through, 190);
}

}  // namespace
}  // namespace strata
