// Large blocks of strata::arena: whose memory serves the next ones, how much of it
// waits at most, and what gives it back.
#include <strata/account/account.hpp>
#include <strata/arena/arena.hpp>

#include <gtest/gtest.h>
#include <strata/arena/arena_checkpoint.hpp>

#include <cstring>
#include <deque>
#include <random>
#include <vector>

#include "arena_parts.hpp"
#include "counting_upstream.hpp"
#include "support/opaque.hpp"

namespace strata::test {
namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t head = 48;  // what a range has beside its block
constexpr std::size_t newest = 16;

class arena_large_blocks : public testing::Test {
 protected:
  std::byte* take(std::size_t bytes) {
    auto* const block = static_cast<std::byte*>(work_.allocate(bytes));
    std::memset(block, 7, bytes);
    return block;
  }
  void give(void* block, std::size_t bytes) { work_.deallocate(block, bytes); }
  [[nodiscard]] std::size_t spare() const { return work_.statistics().large_spare; }

  counting_upstream upstream_;
  arena work_{{.upstream = &upstream_, .chunk_bytes = 4 * kib, .large_bytes_kept = 1000 * kib}};
};

TEST_F(arena_large_blocks, memory_of_one_that_ended_serves_the_next) {
  std::byte* const first = take(100 * kib);
  give(first, 100 * kib);
  EXPECT_EQ(upstream_.live(), 1u);
  EXPECT_FALSE(work_.owns(first));
  EXPECT_EQ(work_.allocated(), 0u);
  EXPECT_EQ(take(100 * kib), first);
  EXPECT_EQ(upstream_.requests(), 1u);
  EXPECT_TRUE(work_.owns(first));
}

TEST_F(arena_large_blocks, the_smallest_that_fits_serves_and_none_of_twice_the_size) {
  std::byte* const blocks[] = {take(100 * kib), take(60 * kib), take(80 * kib), take(500 * kib)};
  give(blocks[0], 100 * kib);
  give(blocks[1], 60 * kib);
  give(blocks[2], 80 * kib);
  give(blocks[3], 500 * kib);
  EXPECT_EQ(spare(), 4u);
  EXPECT_EQ(take(55 * kib), blocks[1]);
  EXPECT_EQ(take(55 * kib), blocks[2]);
  EXPECT_EQ(take(55 * kib), blocks[0]);
  EXPECT_NE(take(55 * kib), blocks[3]);
  EXPECT_EQ(upstream_.requests(), 5u);
}

TEST_F(arena_large_blocks, memory_that_waits_must_be_aligned_as_asked) {
  counting_upstream upstream;
  arena aligned({.upstream = &upstream, .large_bytes_kept = 1000 * kib});
  for (const std::size_t alignment : {16u, 256u, 4096u, 65536u, 16u}) {
    void* const block = aligned.allocate(100 * kib, alignment);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignment, 0u);
    aligned.deallocate(block, 100 * kib);
  }
}

TEST_F(arena_large_blocks, what_waits_is_bounded_by_the_option) {
  std::vector<std::byte*> blocks;
  for (int i = 0; i < 15; ++i) blocks.push_back(take(100 * kib));
  for (std::byte* const block : blocks) give(block, 100 * kib);
  EXPECT_EQ(spare(), 9u) << "of 100 KiB and a head each";
  EXPECT_LE(upstream_.live_bytes(), 1000 * kib);
  std::byte* const last = take(100 * kib);
  EXPECT_EQ(last, blocks.back()) << "what ended last stays";
}

TEST_F(arena_large_blocks, what_waits_is_bounded_by_what_ever_lived) {
  // Each replaces one that is a little smaller, which serves nobody after it.
  std::byte* block = take(100 * kib);
  for (std::size_t size = 101; size < 150; ++size) {
    give(block, (size - 1) * kib);
    block = take(size * kib);
    EXPECT_LE(upstream_.live_bytes(), (size * kib + head) * 3 / 2);
  }
  EXPECT_EQ(spare(), 0u);
}

TEST_F(arena_large_blocks, what_waits_is_bounded_in_number) {
  std::vector<std::byte*> blocks;
  for (std::size_t i = 0; i < newest; ++i) blocks.push_back(take(5 * kib));
  for (std::byte* const block : blocks) give(block, 5 * kib);
  EXPECT_EQ(spare(), newest);
  blocks.assign(1, take(5 * kib));
  for (std::size_t i = 0; i < newest; ++i) blocks.push_back(take(5 * kib));
  for (auto at = blocks.rbegin(); at != blocks.rend(); ++at) give(*at, 5 * kib);
  EXPECT_EQ(spare(), newest);
}

TEST_F(arena_large_blocks, what_was_doubled_in_one_round_all_serves_the_next) {
  const auto grow = [&] {
    std::byte* block = take(8 * kib);
    for (std::size_t size = 16; size <= 256; size *= 2) {
      std::byte* const larger = take(size * kib);
      give(block, size / 2 * kib);
      block = larger;
    }
  };
  grow();
  for (int round = 0; round < 3; ++round) {
    const std::size_t requests = upstream_.requests();
    work_.reset();
    grow();
    EXPECT_EQ(upstream_.requests(), requests);
  }
}

TEST_F(arena_large_blocks, no_bytes_kept_means_that_each_goes_back_at_once) {
  counting_upstream upstream;
  arena brief({.upstream = &upstream, .large_bytes_kept = 0});
  brief.deallocate(brief.allocate(100 * kib), 100 * kib);
  EXPECT_EQ(upstream.live(), 0u);
}

TEST_F(arena_large_blocks, a_purge_gives_back_what_waits) {
  give(take(100 * kib), 100 * kib);
  EXPECT_EQ(work_.purge(), 100 * kib + head);
  EXPECT_EQ(upstream_.live(), 0u);
  EXPECT_EQ(work_.purge(), 0u);
}

TEST_F(arena_large_blocks, a_rewind_leaves_memory_for_the_next_and_ends_what_came_later) {
  std::byte* const before = take(50 * kib);
  const auto mark = work_.checkpoint();
  std::byte* const after = take(100 * kib);
  work_.rewind(mark);
  EXPECT_TRUE(work_.owns(before));
  EXPECT_FALSE(work_.owns(after));
  EXPECT_EQ(take(100 * kib), after);
  EXPECT_EQ(upstream_.requests(), 2u);
}

// -- What a reset keeps -----------------------------------------------------------------

TEST_F(arena_large_blocks, a_reset_keeps_all_or_none) {
  (void)take(100 * kib);
  work_.reset();
  EXPECT_EQ(spare(), 1u);
  (void)take(100 * kib);
  EXPECT_EQ(upstream_.requests(), 1u);
  work_.reset(arena_keep::none());
  EXPECT_EQ(upstream_.live(), 0u);
}

TEST_F(arena_large_blocks, a_reset_up_to_a_number_counts_chunks_first) {
  (void)opaque(work_.allocate(1));  // a chunk of 4 KiB
  (void)take(100 * kib);
  (void)take(200 * kib);
  const std::size_t most = 4 * kib + 100 * kib + head;
  work_.reset(arena_keep::up_to(most));
  EXPECT_EQ(upstream_.live_bytes(), most);
  work_.reset(arena_keep::up_to(most - 1));
  EXPECT_EQ(upstream_.live_bytes(), 4 * kib);
}

TEST_F(arena_large_blocks, recent_peak_gives_back_what_rounds_do_not_need) {
  (void)take(100 * kib);
  (void)take(200 * kib);
  work_.reset(arena_keep::recent_peak());
  EXPECT_EQ(spare(), 2u);
  int rounds = 0;
  for (; spare() == 2; ++rounds) {
    (void)take(100 * kib);
    work_.reset(arena_keep::recent_peak());
    ASSERT_LT(rounds, 20);
  }
  EXPECT_EQ(upstream_.live_bytes(), 100 * kib + head) << "what is needed every time is kept";
  for (int i = 0; i < 100; ++i) work_.reset(arena_keep::recent_peak());
  EXPECT_EQ(upstream_.live(), 0u);
}

TEST_F(arena_large_blocks, recent_peak_takes_a_quiet_round_for_an_eighth_less) {
  (void)take(500 * kib);
  for (int round = 0; round < 3; ++round) {
    work_.reset(arena_keep::recent_peak());
    EXPECT_EQ(spare(), 1u) << round;
  }
}

// -- Accounts and refusals ----------------------------------------------------------------

TEST_F(arena_large_blocks, what_waits_goes_before_a_limit_refuses) {
  arena limited({.name = "limited", .limit = 1000 * kib});
  void* const block = limited.allocate(600 * kib);
  limited.deallocate(block, 600 * kib);
  EXPECT_GT(limited.account()->usage(), 600 * kib) << "it is charged while it waits";
  EXPECT_NE(limited.try_allocate(900 * kib), nullptr);
  EXPECT_EQ(limited.statistics().large_spare, 0u);
  EXPECT_EQ(limited.account()->usage(), limited.statistics().reserved);
}

TEST_F(arena_large_blocks, what_waits_goes_before_a_chunk_is_refused) {
  arena limited({.limit = 100 * kib, .chunk_bytes = 64 * kib});
  limited.deallocate(limited.allocate(80 * kib), 80 * kib);
  EXPECT_EQ(limited.statistics().large_spare, 1u);
  EXPECT_NE(limited.try_allocate(60 * kib / 4), nullptr);
  EXPECT_EQ(limited.statistics().reserved, 64 * kib) << "and the chunk is no smaller for it";
}

TEST_F(arena_large_blocks, a_handler_of_pressure_may_purge_the_arena) {
  arena limited({.name = "limited", .limit = 1000 * kib, .large_bytes_kept = 1000 * kib});
  std::size_t purged = 0;
  const pressure_handler purge(*limited.account(),
                               [&](std::size_t) { return purged += limited.purge(); });
  struct {
    std::size_t ended;
    std::size_t next;
  } const cases[] = {{600 * kib, 900 * kib}, {950 * kib, 10 * kib}};  // the latter in a chunk
  for (const auto& [ended, next] : cases) {
    limited.deallocate(limited.allocate(ended), ended);
    purged = 0;
    EXPECT_NE(limited.try_allocate(next), nullptr);
    EXPECT_GE(purged, ended);
    EXPECT_EQ(parts(limited.statistics()), limited.account()->usage());
    limited.reset(arena_keep::none());
  }
}

TEST_F(arena_large_blocks, any_order_adds_up_and_keeps_its_contents) {
  std::mt19937 random(7);
  counting_upstream upstream;
  arena work({.upstream = &upstream, .chunk_bytes = 4 * kib, .large_bytes_kept = 300 * kib});
  struct block {
    std::byte* at;
    std::size_t bytes;
    std::byte with;
  };
  std::deque<block> live;
  const auto end_one = [&](std::size_t index) {
    const block ending = live[index];
    for (std::size_t i = 0; i < ending.bytes; i += 100) ASSERT_EQ(ending.at[i], ending.with);
    work.deallocate(ending.at, ending.bytes);
    live.erase(live.begin() + static_cast<std::ptrdiff_t>(index));
  };
  for (int step = 0; step < 5000; ++step) {
    if (live.size() < newest && random() % 2 == 0) {
      const std::size_t bytes = (5 + random() % 60) * kib;
      const auto with = static_cast<std::byte>(step);
      auto* const at = static_cast<std::byte*>(work.allocate(bytes));
      std::memset(at, static_cast<int>(with), bytes);
      live.push_back({at, bytes, with});
    } else if (!live.empty()) {
      end_one(random() % live.size());
    }
    const arena_statistics now = work.statistics();
    ASSERT_EQ(parts(now), now.reserved);
    ASSERT_EQ(now.reserved, upstream.live_bytes());
    ASSERT_LE(now.spare, 300 * kib);
    ASSERT_EQ(now.large_blocks, live.size());
    ASSERT_EQ(now.large_blocks + now.large_spare, upstream.live());
  }
}

TEST_F(arena_large_blocks, the_nth_refusal_of_the_upstream_loses_nothing) {
  for (std::size_t n = 1; n <= 12; ++n) {
    counting_upstream upstream;
    upstream.fail(n);
    arena work({.upstream = &upstream, .chunk_bytes = 4 * kib, .large_bytes_kept = 300 * kib});
    for (std::size_t size = 8; size <= 64; size += 8) {
      void* const first = work.try_allocate(size * kib);
      if (void* const second = work.try_allocate(2 * size * kib); second != nullptr) {
        work.deallocate(second, 2 * size * kib);
      }
      if (first != nullptr) work.deallocate(first, size * kib);
      const arena_statistics now = work.statistics();
      ASSERT_EQ(parts(now), now.reserved);
      ASSERT_EQ(now.reserved, upstream.live_bytes());
    }
  }
}

}  // namespace
}  // namespace strata::test
