// core::snapshot in glibc's terms, from made-up snapshots and from this process.
#include "override/statistics.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/opaque.hpp"

namespace {

using strata::core::snapshot;
using strata::test::opaque;

snapshot example() {
  snapshot from{};
  from.live_bytes = 1000;
  from.partial_slabs = 200;
  from.thread_caches = 30;
  from.retained = 4;
  from.large_cache = 50000;
  from.large_live = 600000;
  from.large_live_blocks = 7;
  from.class_count = 2;
  from.classes[0].free_blocks = 5;
  from.classes[1].cached_blocks = 6;
  return from;
}

TEST(statistics, the_views_parts_add_up) {
  const auto info = strata::core::mallinfo_view<struct mallinfo2, std::size_t>(example());
  EXPECT_EQ(info.uordblks, 1000u);
  EXPECT_EQ(info.fordblks, 50234u);
  EXPECT_EQ(info.arena, info.uordblks + info.fordblks);
  EXPECT_EQ(info.hblks, 7u);
  EXPECT_EQ(info.hblkhd, 600000u);
  EXPECT_EQ(info.keepcost, 50004u);
  EXPECT_EQ(info.ordblks, 11u);
}

TEST(statistics, ints_saturate) {
  snapshot from = example();
  from.large_live = std::uint64_t{1} << 40;
  const auto info = strata::core::mallinfo_view<struct mallinfo, int>(from);
  EXPECT_EQ(info.hblkhd, INT_MAX);
  EXPECT_EQ(info.uordblks, 1000);
}

TEST(statistics, mallinfo2_sees_blocks_come_and_go) {
  constexpr std::size_t size = 40u << 20;
  const auto held = [] {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  const std::size_t before = held();
  void* const block = opaque(malloc(size));
  EXPECT_GE(held(), before + size);
  free(block);
  EXPECT_LT(held(), before + size);
}

TEST(statistics, malloc_info_writes_a_document) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* const stream = open_memstream(&text, &size);
  ASSERT_NE(stream, nullptr);
  EXPECT_EQ(malloc_info(0, stream), 0);
  EXPECT_NE(malloc_info(1, stream), 0);
  std::fclose(stream);
  const std::string document(text, size);
  std::free(text);
  EXPECT_EQ(document.rfind("<malloc version=\"1\">\n", 0), 0u);
  EXPECT_NE(document.find("<system type=\"current\" size=\""), std::string::npos);
  EXPECT_EQ(document.substr(document.size() - 10), "</malloc>\n");
}

TEST(statistics, mallopt_accepts_hints_and_refuses_promises) {
  EXPECT_EQ(mallopt(M_ARENA_MAX, 1), 1);
  EXPECT_EQ(mallopt(M_TRIM_THRESHOLD, 1 << 20), 1);
  EXPECT_EQ(mallopt(M_PERTURB, 1), 0);
  EXPECT_EQ(mallopt(-4711, 1), 0);
}

TEST(statistics, malloc_trim_leaves_nothing_for_a_second_call) {
  free(opaque(malloc(30u << 20)));
  (void)malloc_trim(0);
  EXPECT_EQ(malloc_trim(0), 0);
}

}  // namespace
