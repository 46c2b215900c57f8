// Ratios, means, and what is left out of them.
#include "compare/score.hpp"

#include <gtest/gtest.h>

#include "synthetic_comparison.hpp"

namespace strata::tool::compare {
namespace {

TEST(score_figure, compares_medians_with_the_reference) {
  const auto score = score_figure(synthetic_runs(1, 100), synthetic_runs(2, 100), time_figure());
  ASSERT_TRUE(score);
  EXPECT_DOUBLE_EQ(score->values.median, 1);
  EXPECT_DOUBLE_EQ(*score->ratio, 0.5);
  EXPECT_TRUE(score->beyond_noise);
  const auto peak = score_figure(synthetic_runs(1, 100), synthetic_runs(2, 100), peak_figure());
  EXPECT_DOUBLE_EQ(*peak->ratio, 1);
  EXPECT_FALSE(peak->beyond_noise);
}

TEST(score_figure, has_no_ratio_to_nothing) {
  contender_result none;
  EXPECT_FALSE(score_figure(none, synthetic_runs(1, 1), time_figure()));
  EXPECT_FALSE(score_figure(synthetic_runs(1, 1), none, time_figure())->ratio);
  const auto faults = score_figure(synthetic_runs(1, 1), synthetic_runs(1, 1), figures().back());
  EXPECT_FALSE(faults->ratio);
}

TEST(score_figure, failed_runs_are_never_averaged_in) {
  contender_result result = synthetic_runs(1, 100);
  result.runs.push_back(synthetic_run(5, 1000, 100));
  result.runs.back().failure = "killed by SIGSEGV";
  EXPECT_DOUBLE_EQ(score_figure(result, result, time_figure())->values.median, 1);
}

TEST(score_suite, yardstick_is_the_best_peer_of_each_figure) {
  const suite_score score = score_suite(synthetic_suite());
  ASSERT_TRUE(score.workloads[0].yardstick);
  EXPECT_DOUBLE_EQ(score.workloads[0].yardstick->time, 1);          // tbb
  EXPECT_DOUBLE_EQ(score.workloads[0].yardstick->memory, 2 << 20);  // jemalloc
  EXPECT_DOUBLE_EQ(score.workloads[0].ratios[0]->time, 4);
  EXPECT_DOUBLE_EQ(score.workloads[0].ratios[0]->memory, 0.5);
}

TEST(score_suite, a_cell_with_a_failure_is_neither_yardstick_nor_in_a_mean) {
  const suite_score score = score_suite(synthetic_suite());
  EXPECT_DOUBLE_EQ(score.workloads[1].yardstick->time, 1);  // not the 0.1 of tbb
  EXPECT_FALSE(score.workloads[1].ratios[3]);
  EXPECT_EQ(score.means[3].excluded, 1);
  EXPECT_EQ(score.means[3].counted, 1);
  EXPECT_DOUBLE_EQ(score.means[3].mean->time, 1);
  EXPECT_DOUBLE_EQ(score.means[3].mean->memory, 4);
}

TEST(score_suite, means_are_geometric_and_absent_workloads_do_not_count) {
  const suite_score score = score_suite(synthetic_suite());
  EXPECT_DOUBLE_EQ(score.means[1].mean->time, 2);  // of 1 and 4
  EXPECT_DOUBLE_EQ(score.means[1].worst->time, 4);
  EXPECT_EQ(score.means[1].excluded, 0);
  EXPECT_EQ(score.means[1].counted, 2);
}

TEST(score_suite, yardstick_may_be_one_allocator) {
  comparison all = synthetic_suite();
  all.against_best = false;
  all.reference = 1;
  const suite_score score = score_suite(all);
  EXPECT_DOUBLE_EQ(score.workloads[0].ratios[0]->time, 4);
  EXPECT_DOUBLE_EQ(score.means[1].mean->memory, 1);
}

}  // namespace
}  // namespace strata::tool::compare
