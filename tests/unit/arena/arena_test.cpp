// strata::arena beyond what tests/conformance asks of every resource: how chunks
// come, what a block is. Objects, large blocks, checkpoints and resets have files of
// their own.
#include <strata/arena/arena.hpp>

#include <gtest/gtest.h>
#include <strata/base/error.hpp>

#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

#include "arena_parts.hpp"
#include "counting_upstream.hpp"
#include "support/opaque.hpp"

namespace strata::test {
namespace {

constexpr std::size_t kib = 1024;

TEST(arena, takes_nothing_before_the_first_allocation) {
  counting_upstream upstream;
  arena empty({.upstream = &upstream});
  EXPECT_EQ(upstream.requests(), 0u);
  EXPECT_EQ(empty.statistics().reserved, 0u);
  EXPECT_EQ(empty.remaining(), 0u);
  (void)opaque(empty.allocate(1));
  EXPECT_EQ(upstream.requests(), 1u);
  EXPECT_EQ(upstream.live_bytes(), 64 * kib);
}

TEST(arena, blocks_lie_one_behind_the_other) {
  arena packed;
  auto* const first = static_cast<std::byte*>(packed.allocate(64));
  EXPECT_EQ(packed.allocate(10), first + 64);
  EXPECT_EQ(packed.allocate(opaque(std::size_t{1})), first + 80);
  EXPECT_EQ(packed.allocate(opaque(std::size_t{0})), first + 96);
  EXPECT_EQ(packed.allocate(16), first + 112);
  packed_arena dense;
  auto* const start = static_cast<std::byte*>(dense.allocate(24, 8));
  EXPECT_EQ(dense.allocate(24, 8), start + 24);
  EXPECT_EQ(dense.allocate(8, 16), start + 48);
}

TEST(arena, chunks_double_up_to_the_largest) {
  counting_upstream upstream;
  arena growing({.upstream = &upstream, .chunk_bytes = 4 * kib, .chunk_bytes_max = 32 * kib});
  std::size_t before = 0;
  for (const std::size_t expected : {4u, 8u, 16u, 32u, 32u, 32u}) {
    while (upstream.live_bytes() == before) (void)opaque(growing.allocate(100));
    EXPECT_EQ(upstream.live_bytes() - before, expected * kib);
    before = upstream.live_bytes();
  }
  EXPECT_EQ(growing.statistics().chunks, 6u);
}

TEST(arena, by_default_from_64_kib_to_4_mib) {
  counting_upstream upstream;
  arena growing({.upstream = &upstream});
  for (int i = 0; i < 12000; ++i) (void)opaque(growing.allocate(1000));
  EXPECT_EQ(upstream.largest(), 4096 * kib);
  EXPECT_EQ(growing.statistics().chunks, 8u);  // 64 .. 4096 KiB, and one more
}

TEST(arena, an_oversize_request_does_not_disturb_the_schedule) {
  counting_upstream upstream;
  arena growing({.upstream = &upstream, .chunk_bytes = 4 * kib, .chunk_bytes_max = 32 * kib});
  auto* const first = static_cast<std::byte*>(growing.allocate(48));
  const std::size_t remaining = growing.remaining();
  void* const large = growing.allocate(1000 * kib, 4096);
  std::memset(large, 1, 1000 * kib);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(large) % 4096, 0u);
  EXPECT_EQ(growing.remaining(), remaining);
  EXPECT_EQ(growing.allocate(16), first + 48) << "the tail of the chunk is still in use";
  const std::size_t before = upstream.live_bytes();
  while (upstream.live_bytes() == before) (void)opaque(growing.allocate(100));
  EXPECT_EQ(upstream.live_bytes() - before, 8 * kib);
  EXPECT_EQ(growing.statistics().large_blocks, 1u);
}

TEST(arena, the_tail_that_is_left_is_less_than_a_quarter_and_accounted) {
  arena left({.chunk_bytes = 64 * kib, .chunk_bytes_max = 64 * kib});
  for (int i = 0; i < 50; ++i) (void)opaque(left.allocate(kib));
  const std::size_t tail = left.remaining();
  (void)opaque(left.allocate(15 * kib));
  const arena_statistics now = left.statistics();
  EXPECT_EQ(now.chunks, 2u);
  EXPECT_EQ(now.abandoned, tail);
  EXPECT_LT(now.abandoned, 16 * kib);
  EXPECT_GT(now.abandoned, 0u);
  EXPECT_EQ(parts(now), now.reserved);
}

TEST(arena, over_an_upstream_a_large_block_that_ends_goes_back_at_once) {
  counting_upstream upstream;
  arena brief({.upstream = &upstream});
  std::vector<void*> blocks;
  for (int i = 0; i < 8; ++i) blocks.push_back(brief.allocate(100 * kib));
  EXPECT_EQ(upstream.live(), 8u);
  for (void* const block : blocks) brief.deallocate(block, 100 * kib);
  EXPECT_EQ(upstream.live(), 0u);
  EXPECT_EQ(brief.allocated(), 0u);
}

TEST(arena, the_last_block_gives_its_room_back) {
  arena stacked;
  (void)opaque(stacked.allocate(16));
  const std::size_t before = stacked.remaining();
  void* const first = stacked.allocate(100);
  void* const second = stacked.allocate(200);
  stacked.deallocate(second, 200);
  stacked.deallocate(first, 100);
  EXPECT_EQ(stacked.remaining(), before);
  EXPECT_EQ(stacked.allocate(1), first);
}

TEST(arena, the_last_block_grows_and_shrinks_in_place) {
  arena elastic;
  auto* const text = static_cast<char*>(elastic.allocate(100));
  std::memset(text, 'x', 100);
  EXPECT_TRUE(elastic.try_resize(text, 100, 5000));
  std::memset(text + 100, 'y', 4900);
  EXPECT_EQ(elastic.allocated(), 5008u);
  EXPECT_FALSE(elastic.try_resize(text, 5000, 65 * kib)) << "beyond the chunk";
  EXPECT_FALSE(elastic.try_resize(text, 5000, opaque(SIZE_MAX)));
  EXPECT_TRUE(elastic.try_resize(text, 5000, 30));
  EXPECT_EQ(elastic.allocated(), 32u);
  void* const behind = elastic.allocate(16);
  EXPECT_FALSE(elastic.try_resize(text, 30, 60)) << "not the last one any more";
  EXPECT_TRUE(elastic.try_resize(text, 30, 10)) << "which every block can";
  EXPECT_EQ(elastic.allocate(16), static_cast<std::byte*>(behind) + 16);
  EXPECT_EQ(text[9], 'x');
}

TEST(arena, large_blocks_grow_into_the_pages_they_have) {
  arena roomy;
  const sized_block given = roomy.allocate_at_least(100 * kib);
  EXPECT_GT(given.bytes, 100 * kib);
  std::memset(given.block, 1, given.bytes);
  EXPECT_TRUE(roomy.try_resize(given.block, 100 * kib, given.bytes));
  EXPECT_FALSE(roomy.try_resize(given.block, 100 * kib, given.bytes + 1));
}

TEST(arena, blocks_given_at_least_are_rounded_up) {
  arena rounding;
  EXPECT_EQ(rounding.allocate_at_least(1).bytes, 16u);
  EXPECT_EQ(rounding.allocate_at_least(0).bytes, 16u);
  EXPECT_EQ(rounding.allocate_at_least(48).bytes, 48u);
  EXPECT_THROW((void)rounding.allocate_at_least(opaque(SIZE_MAX)), out_of_memory);
  packed_arena packed;
  EXPECT_EQ(packed.allocate_at_least(17).bytes, 24u);
}

TEST(arena, alignments_for_vector_instructions) {
  arena aligned;
  for (int i = 0; i < 3000; ++i) {
    (void)opaque(aligned.allocate(8));
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(aligned.allocate_aligned<16>(40)) % 16, 0u);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(aligned.allocate_aligned<32>(40)) % 32, 0u);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(aligned.allocate_aligned<64>(40)) % 64, 0u);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(aligned.try_allocate_aligned<4096>(40)) % 4096, 0u);
  }
}

TEST(arena, alignments_beyond_the_end_of_a_chunk) {
  counting_upstream upstream;
  arena small({.upstream = &upstream, .chunk_bytes = 1024, .chunk_bytes_max = 1024});
  for (std::size_t alignment = 1; alignment <= 16 * kib; alignment *= 2) {
    for (int i = 0; i < 20; ++i) {
      void* const block = small.allocate(opaque(std::size_t{24}), opaque(alignment));
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignment, 0u);
      std::memset(block, 1, 24);
    }
  }
}

TEST(arena, absurd_sizes_are_refused_whatever_the_alignment) {
  strata::arena work;
  (void)opaque(work.allocate(16));
  const std::size_t before = work.remaining();
  for (std::size_t alignment = 1; alignment != 0; alignment *= 2) {
    for (const std::size_t bytes : {std::size_t{PTRDIFF_MAX}, std::size_t{PTRDIFF_MAX} + 1,
                                    SIZE_MAX - (1 << 20), SIZE_MAX - 15, SIZE_MAX}) {
      EXPECT_EQ(work.try_allocate(opaque(bytes), opaque(alignment)), nullptr) << bytes;
    }
  }
  EXPECT_EQ(work.remaining(), before);
}

TEST(arena, a_limit_is_used_up_and_then_refuses_by_name) {
  arena small({.name = "small", .limit = 200 * kib});
  std::size_t given = 0;
  while (small.try_allocate(1000) != nullptr) given += 1000;
  EXPECT_GT(given, 190 * kib);
  try {
    (void)opaque(small.allocate(1000));
    FAIL() << "allocated beyond the limit";
  } catch (const out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "small");
    EXPECT_EQ(refusal.bytes(), 1000u);
  }
  EXPECT_LE(small.account()->peak(), 200 * kib);
  EXPECT_GT(small.account()->refusals(), 0u);
}

TEST(arena, accounts_are_charged_where_they_were_asked_for) {
  account parent({.name = "parent"});
  counting_upstream upstream;
  {
    arena own({.name = "own", .parent = &parent});
    arena over({.name = "over", .parent = &parent, .upstream = &upstream});
    arena without({.upstream = &upstream});
    for (arena* each : {&own, &over, &without}) (void)opaque(each->allocate(1));
    EXPECT_EQ(own.account()->usage(), 64 * kib);
    EXPECT_EQ(over.account()->usage(), 64 * kib);
    EXPECT_FALSE(without.account().has_value());
    EXPECT_EQ(without.name(), "arena");
    EXPECT_EQ(parent.usage(), 128 * kib);
    EXPECT_EQ(arena().account()->name(), "pages");
    arena unaccounted({.name = "named", .accounted = false});
    EXPECT_EQ(unaccounted.name(), "named");
    EXPECT_EQ(unaccounted.account()->name(), "pages");
  }
  EXPECT_EQ(parent.usage(), 0u);
}

TEST(arena, ranges_are_reported_as_they_come_and_go) {
  std::map<void*, std::size_t> ranges;
  {
    arena scanned({.range_added =
                       [](void* seen, void* begin, std::size_t bytes) noexcept {
                         static_cast<decltype(ranges)*>(seen)->emplace(begin, bytes);
                       },
                   .range_removed =
                       [](void* seen, void* begin, std::size_t bytes) noexcept {
                         auto& all = *static_cast<decltype(ranges)*>(seen);
                         ASSERT_EQ(all.at(begin), bytes);
                         all.erase(begin);
                       },
                   .range_context = &ranges});
    EXPECT_TRUE(ranges.empty());
    for (int i = 0; i < 50; ++i) {
      auto* const block = static_cast<std::byte*>(scanned.allocate(i % 10 == 0 ? 90000 : 5000));
      const auto range = --ranges.upper_bound(block);
      EXPECT_LE(block + 5000, static_cast<std::byte*>(range->first) + range->second);
    }
    EXPECT_EQ(ranges.size(), scanned.statistics().chunks + scanned.statistics().large_blocks);
    scanned.reset();
    EXPECT_EQ(ranges.size(), scanned.statistics().chunks + scanned.statistics().large_spare);
    scanned.reset(arena_keep::up_to(64 * kib));
    EXPECT_EQ(ranges.size(), 1u);
  }
  EXPECT_TRUE(ranges.empty());
}

TEST(arena, knows_its_own_blocks) {
  arena mine;
  arena other;
  void* const small = mine.allocate(100);
  void* const large = mine.allocate(1 << 20);
  int local = 0;
  EXPECT_TRUE(mine.owns(small));
  EXPECT_TRUE(mine.owns(large));
  EXPECT_FALSE(mine.owns(&local));
  EXPECT_FALSE(mine.owns(nullptr));
  EXPECT_FALSE(other.owns(small));
  mine.reset();
  EXPECT_FALSE(mine.owns(small));
}

TEST(arena, statistics_add_up) {
  arena counted({.name = "counted"});
  for (std::size_t i = 0; i < 3000; ++i) {
    (void)opaque(counted.allocate(i * 7919 % 3000 + (i % 500 == 0 ? 100000 : 0)));
    if (i % 100 != 0) continue;
    const arena_statistics now = counted.statistics();
    ASSERT_EQ(parts(now), now.reserved) << i;
    ASSERT_EQ(now.reserved, counted.account()->usage());
    ASSERT_EQ(now.allocated, counted.allocated());
    ASSERT_EQ(now.remaining, counted.remaining());
    ASSERT_EQ(now.peak, now.allocated);
  }
}

TEST(arena, the_nth_refusal_of_the_upstream_loses_nothing) {
  for (std::size_t n = 1; n < 30; ++n) {
    for (const bool onwards : {false, true}) {
      counting_upstream upstream;
      arena tried({.upstream = &upstream, .chunk_bytes = 1024, .chunk_bytes_max = 8 * kib});
      upstream.fail(n, onwards);
      std::size_t refusals = 0;
      std::size_t given = 0;
      for (int i = 0; i < 300; ++i) {
        try {
          std::memset(tried.allocate(i % 30 == 0 ? 20000 : 100), i, 100);
          ++given;
        } catch (const out_of_memory&) {
          ++refusals;
        }
      }
      EXPECT_EQ(given + refusals, 300u);
      EXPECT_LE(refusals, onwards ? 300u : 1u) << n;
      const arena_statistics now = tried.statistics();
      EXPECT_EQ(now.reserved, upstream.live_bytes());
      EXPECT_EQ(parts(now), now.reserved);
      upstream.fail_none();
      EXPECT_NE(tried.try_allocate(20000), nullptr);
    }
  }
}

#ifdef STRATA_DETAIL_ADDRESS_SANITIZER
extern "C" int __asan_address_is_poisoned(void const volatile* address);

TEST(arena, what_is_not_allocated_is_poisoned) {
  arena work;
  const auto* const block = static_cast<char*>(work.allocate(10));
  EXPECT_FALSE(__asan_address_is_poisoned(block + 9));
  EXPECT_TRUE(__asan_address_is_poisoned(block + 10));
  (void)opaque(work.allocate(1));
  work.deallocate(const_cast<char*>(block), 10);
  EXPECT_TRUE(__asan_address_is_poisoned(block));
  const arena::position mark = work.checkpoint();
  const auto* const later = static_cast<char*>(work.allocate(10));
  work.rewind(mark);
  EXPECT_TRUE(__asan_address_is_poisoned(later));
  const auto* const last = static_cast<char*>(work.allocate(10));
  work.reset();
  EXPECT_TRUE(__asan_address_is_poisoned(last));
}
#endif

}  // namespace
}  // namespace strata::test
