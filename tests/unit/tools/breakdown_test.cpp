// The parts of held add up whatever the snapshot says, and nothing overflows.
#include "breakdown.hpp"

#include <gtest/gtest.h>

#include <random>

#include "support/synthetic_snapshot.hpp"

namespace strata::tool {
namespace {

using test::synthetic_snapshot;

std::uint64_t sum_of_parts(const core::snapshot& memory) {
  std::uint64_t sum = 0;
  for (const part& each : parts_of_held(memory)) sum += each.bytes;
  return sum;
}

std::uint64_t bytes_of(const core::snapshot& memory, std::string_view key) {
  for (const part& each : parts_of_held(memory)) {
    if (each.key == key) return each.bytes;
  }
  ADD_FAILURE() << "no part " << key;
  return 0;
}

TEST(breakdown, parts_add_up_to_held) {
  const core::snapshot memory = synthetic_snapshot();
  EXPECT_EQ(sum_of_parts(memory), memory.held);
  EXPECT_EQ(unexplained_bytes(memory), 0);
}

TEST(breakdown, parts_add_up_for_any_sample) {
  std::mt19937_64 random(3);
  core::snapshot memory = synthetic_snapshot();
  for (int i = 0; i < 1000; ++i) {
    memory.sampled_requests = random() >> (random() % 64);
    memory.sampled_blocks = random() >> (random() % 64);
    ASSERT_EQ(sum_of_parts(memory), memory.held);
  }
}

TEST(breakdown, an_inconsistent_snapshot_is_noticed) {
  core::snapshot memory = synthetic_snapshot();
  memory.held += 5;
  EXPECT_EQ(unexplained_bytes(memory), 5);
  memory.held -= 12;
  EXPECT_EQ(unexplained_bytes(memory), -7);
}

TEST(breakdown, live_bytes_are_cut_by_the_sampled_ratio) {
  core::snapshot memory = synthetic_snapshot();
  memory.live_bytes = 1000;
  memory.sampled_requests = 3;
  memory.sampled_blocks = 4;
  EXPECT_EQ(bytes_of(memory, "requested_estimate"), 750u);
  EXPECT_EQ(bytes_of(memory, "class_rounding_estimate"), 250u);
}

TEST(breakdown, nothing_is_known_about_rounding_without_samples) {
  core::snapshot memory = synthetic_snapshot();
  memory.sampled_requests = memory.sampled_blocks = 0;
  EXPECT_EQ(bytes_of(memory, "class_rounding_estimate"), 0u);
}

TEST(breakdown, the_rest_of_the_process_may_be_negative) {
  core::snapshot memory = synthetic_snapshot();
  EXPECT_EQ(rest_of_process_bytes(memory), 20'000'000);
  memory.resident = memory.held - 1;
  EXPECT_EQ(rest_of_process_bytes(memory), -1);
}

TEST(breakdown, classes_come_largest_first_without_the_empty_ones) {
  const core::snapshot memory = synthetic_snapshot();
  const auto rows = classes_by_live_bytes(memory);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].number, 2u);
  EXPECT_EQ(rows[1].number, 1u);
  EXPECT_EQ(rows[0].live_bytes + rows[1].live_bytes, memory.live_bytes);
}

TEST(breakdown, a_wrong_class_count_reads_no_foreign_memory) {
  core::snapshot memory = synthetic_snapshot();
  memory.class_count = UINT64_MAX;
  EXPECT_EQ(classes_by_live_bytes(memory).size(), 2u);
}

TEST(breakdown, refills_are_reused_or_fresh) {
  core::snapshot memory = synthetic_snapshot();
  EXPECT_EQ(refills_from_fresh(memory), 200u);
  memory.refills_from_active = 5'000;
  EXPECT_EQ(refills_from_fresh(memory), 0u);
}

TEST(breakdown, hits_are_requests_without_refills) {
  core::snapshot memory = synthetic_snapshot();
  EXPECT_EQ(thread_cache_hits(memory).requests, 50'100u);
  EXPECT_EQ(thread_cache_hits(memory).hits, 49'100u);
  memory.refills = 1'000'000;
  EXPECT_EQ(thread_cache_hits(memory).hits, 0u);
}

}  // namespace
}  // namespace strata::tool
