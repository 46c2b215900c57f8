// What a reset keeps, gives back and makes of the schedule.
#include <strata/arena/arena.hpp>

#include <gtest/gtest.h>

#include <cstring>

#include "counting_upstream.hpp"
#include "support/opaque.hpp"

namespace strata::test {
namespace {

constexpr std::size_t kib = 1024;

class arena_reset : public testing::Test {
 protected:
  void allocate_about(std::size_t bytes) {
    for (std::size_t done = 0; done < bytes; done += 1000) {
      std::memset(work_.allocate(1000), 1, 1000);
    }
  }

  counting_upstream upstream_;
  arena work_{{.upstream = &upstream_, .chunk_bytes = 4 * kib, .chunk_bytes_max = 64 * kib}};
};

TEST_F(arena_reset, by_default_keeps_every_chunk) {
  allocate_about(300 * kib);
  const std::size_t held = upstream_.live_bytes();
  const std::size_t requests = upstream_.requests();
  for (int i = 0; i < 10; ++i) {
    work_.reset();
    EXPECT_EQ(work_.allocated(), 0u);
    EXPECT_EQ(upstream_.live_bytes(), held);
    allocate_about(300 * kib);
  }
  EXPECT_EQ(upstream_.requests(), requests);
  EXPECT_GT(work_.statistics().peak, 300 * kib);
}

TEST_F(arena_reset, none_gives_all_back_and_starts_small_again) {
  allocate_about(300 * kib);
  (void)opaque(work_.allocate(500 * kib));
  work_.reset(arena_keep::none());
  EXPECT_EQ(upstream_.live(), 0u);
  EXPECT_EQ(work_.statistics().reserved, 0u);
  (void)opaque(work_.allocate(1));
  EXPECT_EQ(upstream_.live_bytes(), 4 * kib);
}

TEST_F(arena_reset, up_to_keeps_at_most_so_many_bytes) {
  allocate_about(300 * kib);
  work_.reset(arena_keep::up_to(40 * kib));
  EXPECT_EQ(upstream_.live_bytes(), (4 + 8 + 16) * kib);
  allocate_about(40 * kib);
  EXPECT_EQ(upstream_.live_bytes(), (4 + 8 + 16 + 32) * kib) << "and the schedule goes on there";
  work_.reset(arena_keep::up_to(1000));
  EXPECT_EQ(upstream_.live(), 0u);
}

TEST_F(arena_reset, recent_peak_shrinks_when_less_is_needed) {
  allocate_about(300 * kib);
  work_.reset(arena_keep::recent_peak());
  const std::size_t high = upstream_.live_bytes();
  EXPECT_GT(high, 300 * kib);
  allocate_about(290 * kib);
  work_.reset(arena_keep::recent_peak());
  EXPECT_EQ(upstream_.live_bytes(), high);
  std::size_t before = high;
  for (int i = 0; i < 40; ++i) {
    allocate_about(10 * kib);
    work_.reset(arena_keep::recent_peak());
    EXPECT_LE(upstream_.live_bytes(), before);
    before = upstream_.live_bytes();
    if (i == 1) {
      EXPECT_GT(before, high / 2) << "one quiet round says little";
    }
  }
  EXPECT_LE(before, 28 * kib);
  const std::size_t requests = upstream_.requests();
  allocate_about(10 * kib);
  EXPECT_EQ(upstream_.requests(), requests) << "what is needed every time is kept";
}

TEST_F(arena_reset, large_blocks_are_not_kept_over_an_upstream) {
  (void)opaque(work_.allocate(500 * kib));
  work_.reset();
  EXPECT_EQ(upstream_.live(), 0u);
}

TEST_F(arena_reset, kept_chunks_that_are_too_small_wait_for_smaller_requests) {
  allocate_about(100 * kib);
  work_.reset();
  const std::size_t requests = upstream_.requests();
  (void)opaque(work_.allocate(10 * kib));  // not in the first chunks, of 4 and 8 KiB
  (void)opaque(work_.allocate(10 * kib));
  EXPECT_EQ(upstream_.requests(), requests);
  const arena_statistics now = work_.statistics();
  EXPECT_EQ(now.large_blocks, 0u);
  EXPECT_GE(now.abandoned + now.spare, 12 * kib - 128);
}

}  // namespace
}  // namespace strata::test
