#include "heap/retention.hpp"

#include <gtest/gtest.h>

namespace strata::core {
namespace {

constexpr std::uint64_t period = 500;
constexpr std::size_t floor_bytes = 2 * base::mib;

class retention_test : public testing::Test {
 protected:
  retention policy_{floor_bytes, 12, period};
};

TEST_F(retention_test, the_budget_is_the_largest_of_floor_share_and_recent_peak) {
  EXPECT_EQ(policy_.budget(0), floor_bytes);
  EXPECT_EQ(policy_.budget(100 * base::mib), 12 * base::mib);
  static_cast<void>(policy_.excess(160 * base::mib, 0, 1));
  EXPECT_EQ(policy_.budget(0), 5 * base::mib);
}

TEST_F(retention_test, what_exceeds_the_budget_goes_at_once_to_seven_eighths) {
  EXPECT_EQ(policy_.excess(0, floor_bytes, 1), 0u);
  EXPECT_EQ(policy_.excess(0, floor_bytes + 1, 1), floor_bytes / 8 + 1);
}

TEST_F(retention_test, a_floor_of_zero_keeps_nothing) {
  retention none{0, 0, period};
  EXPECT_EQ(none.excess(base::gib, 4096, 1), 4096u);
  EXPECT_EQ(none.excess(0, 4096, 1), 4096u) << "not even for the sake of a peak";
}

TEST_F(retention_test, what_nobody_needed_for_a_period_goes_down_to_the_floor) {
  constexpr std::size_t retained = 5 * base::mib;
  static_cast<void>(policy_.excess(100 * base::mib, retained, period));  // a period begins
  EXPECT_EQ(policy_.end_period(100 * base::mib, retained, 2 * period - 1), 0u) << "too early";
  EXPECT_EQ(policy_.end_period(100 * base::mib, retained, 2 * period), retained - floor_bytes);
}

TEST_F(retention_test, what_was_needed_within_the_period_stays) {
  constexpr std::size_t retained = 5 * base::mib;
  static_cast<void>(policy_.excess(100 * base::mib, retained, period));
  policy_.note_reuse(base::mib);  // for a moment only so much was left
  EXPECT_EQ(policy_.end_period(100 * base::mib, retained, 2 * period), base::mib);
  EXPECT_EQ(policy_.end_period(100 * base::mib, retained, 3 * period), retained - floor_bytes);
}

TEST_F(retention_test, what_was_given_back_and_taken_again_is_kept_next_time) {
  static_cast<void>(policy_.excess(160 * base::mib, 0, 1));
  policy_.note_purge(100 * base::mib, 1);
  EXPECT_EQ(policy_.budget(20 * base::mib), 5 * base::mib) << "nothing learned yet";
  policy_.note_growth(60 * base::mib, 2);
  EXPECT_EQ(policy_.budget(20 * base::mib), 60 * base::mib);
  EXPECT_EQ(policy_.budget(130 * base::mib), 30 * base::mib + 160 * base::mib / 100 * 12)
      << "no more than the peak was, and its share";
}

// Else a program that shrinks would give back what it held at its peak, for the
// sake of places that its blocks could not share, only to take it again.
TEST_F(retention_test, what_was_held_at_the_peak_is_held_while_the_program_shrinks) {
  constexpr std::size_t peak = 160 * base::mib;
  static_cast<void>(policy_.excess(peak, 0, 1));
  policy_.note_purge(200 * base::mib, 1);
  policy_.note_growth(200 * base::mib, 2);
  const std::size_t held = peak + policy_.budget(peak);
  for (std::size_t live = peak; live > 20 * base::mib; live -= base::mib) {
    EXPECT_EQ(policy_.excess(live, held - live, 2), 0u) << live;
  }
}

TEST_F(retention_test, growth_beyond_what_was_given_back_teaches_nothing) {
  static_cast<void>(policy_.excess(160 * base::mib, 0, 1));
  policy_.note_purge(5 * base::mib, 1);
  policy_.note_growth(100 * base::mib, 2);
  policy_.note_growth(100 * base::mib, 2);
  EXPECT_EQ(policy_.budget(20 * base::mib), 5 * base::mib);
}

TEST_F(retention_test, what_is_taken_again_much_later_teaches_nothing) {
  static_cast<void>(policy_.excess(160 * base::mib, 0, 1));
  policy_.note_purge(100 * base::mib, 1);
  policy_.note_growth(60 * base::mib, 1 + period);
  EXPECT_EQ(policy_.budget(20 * base::mib), 5 * base::mib);
}

TEST_F(retention_test, a_heap_of_many_keeps_nothing_on_account_of_the_past) {
  policy_ = policy_.forgetful();
  static_cast<void>(policy_.excess(160 * base::mib, 0, 1));
  policy_.note_purge(100 * base::mib, 1);
  policy_.note_growth(100 * base::mib, 2);
  EXPECT_EQ(policy_.budget(20 * base::mib), 20 * base::mib / 100 * 12);
}

TEST_F(retention_test, large_blocks_need_room_beyond_the_peak) {
  static_cast<void>(policy_.excess(160 * base::mib, 0, 1));
  policy_.note_purge(100 * base::mib, 1);
  policy_.note_growth(100 * base::mib, 2);
  EXPECT_EQ(policy_.budget(160 * base::mib, 0), 160 * base::mib / 100 * 12);
  EXPECT_EQ(policy_.budget(160 * base::mib, 160 * base::mib),
            80 * base::mib + 160 * base::mib / 100 * 12);
}

TEST_F(retention_test, what_was_learned_fades_when_it_is_not_needed) {
  static_cast<void>(policy_.excess(160 * base::mib, 0, period));
  policy_.note_purge(100 * base::mib, period);
  policy_.note_growth(100 * base::mib, period + 1);
  static_cast<void>(policy_.end_period(20 * base::mib, 80 * base::mib, 2 * period));
  static_cast<void>(policy_.end_period(20 * base::mib, 80 * base::mib, 3 * period));
  EXPECT_LT(policy_.budget(20 * base::mib), 21 * base::mib);
}

TEST_F(retention_test, what_was_learned_loses_what_a_period_did_not_need) {
  static_cast<void>(policy_.excess(160 * base::mib, 0, 1));
  policy_.note_purge(100 * base::mib, 1);
  policy_.note_growth(60 * base::mib, 2);
  static_cast<void>(policy_.end_period(160 * base::mib, 40 * base::mib, period));
  static_cast<void>(policy_.end_period(160 * base::mib, 40 * base::mib, 2 * period));
  EXPECT_EQ(policy_.budget(20 * base::mib), 20 * base::mib);
}

TEST_F(retention_test, the_peak_is_forgotten_by_halves) {
  static_cast<void>(policy_.excess(160 * base::mib, 0, 1));
  static_cast<void>(policy_.end_period(0, 0, period));
  EXPECT_EQ(policy_.budget(0), 5 * base::mib / 2);
  for (std::uint64_t i = 2; i < 10; ++i) static_cast<void>(policy_.end_period(0, 0, i * period));
  EXPECT_EQ(policy_.budget(0), floor_bytes);
}

}  // namespace
}  // namespace strata::core
