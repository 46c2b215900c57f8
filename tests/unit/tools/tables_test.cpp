// The text forms say what the figures say, and tell failures.
#include "compare/tables.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "synthetic_comparison.hpp"

namespace strata::tool::compare {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

TEST(program_table, shows_median_ratio_mark_and_spread) {
  const std::string text = program_table(synthetic_comparison(), {});
  EXPECT_THAT(text, ContainsRegex("strata +1.000 s  0.50< +[+]-0%"));
  EXPECT_THAT(text, ContainsRegex("strata +3.0 MiB  1.50> +[+]-0%"));
  EXPECT_THAT(text, ContainsRegex("jemalloc +2.000 s  1.00  +[+]-0%"));
  EXPECT_THAT(text, HasSubstr("strata against glibc: 50.0 % less time, 50.0 % more peak memory."));
  EXPECT_LE(widest_line(text), 100);
}

TEST(program_table, is_plain_unless_asked) {
  const std::string plain = program_table(synthetic_comparison(), {});
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  EXPECT_THAT(program_table(synthetic_comparison(), {.colours = true}), HasSubstr("\x1b[31m>"));
  EXPECT_THAT(program_table(synthetic_comparison(), {.unicode = true}), HasSubstr("0.50▼"));
}

TEST(program_table, a_difference_within_noise_has_no_mark) {
  comparison all = synthetic_comparison();
  all.workloads[0].contenders[1] = synthetic_runs(2.001, 2 << 20);
  const std::string text = program_table(all, {});
  EXPECT_THAT(text, ContainsRegex("strata +2.001 s  1.00  "));
  EXPECT_THAT(text, HasSubstr("no clear difference in time or peak memory"));
}

TEST(program_table, few_runs_are_called_few) {
  comparison all = synthetic_comparison();
  EXPECT_THAT(program_table(all, {}), Not(HasSubstr("Too few")));
  all.runs = 4;
  EXPECT_THAT(program_table(all, {}), HasSubstr("Too few"));
}

TEST(program_table, failures_and_preloads_without_effect_are_told) {
  comparison all = synthetic_comparison();
  all.workloads[0].contenders[1] = with_failure(synthetic_runs(1, 1), "killed by SIGSEGV");
  all.workloads[0].contenders[2] = {.unreached = "x is statically linked"};
  const std::string text = program_table(all, {});
  EXPECT_THAT(text, HasSubstr("strata: failed: 1 of 5 runs: killed by SIGSEGV"));
  EXPECT_THAT(text, HasSubstr("jemalloc: not run: x is statically linked"));
  EXPECT_TRUE(has_failures(all));
}

TEST(suite_table, has_a_row_per_workload_and_the_means) {
  const std::string text = suite_table(synthetic_suite(), {});
  EXPECT_THAT(text, ContainsRegex("time / memory +glibc +strata +jemalloc +tbb +best peer"));
  EXPECT_THAT(text, ContainsRegex("one +4.00 / 0.50 +1.00 / 2.00 +2.00 / 1.00 +1.00 / 4.00"));
  EXPECT_THAT(text, ContainsRegex("two .* -  +1.000 s +1.0 MiB"));
  EXPECT_THAT(text, ContainsRegex("geometric mean +2.00 / 0.71 +2.00 / 2.83"));
  EXPECT_THAT(text, ContainsRegex("worst +4.00 / 1.00"));
  EXPECT_THAT(text, HasSubstr("three: not here: redis-server"));
  EXPECT_THAT(text, HasSubstr("two: tbb: failed: 1 of 5 runs: exit code 3"));
  EXPECT_THAT(text, HasSubstr("tbb: 1 of 2 workloads failed and are not in its mean."));
}

}  // namespace
}  // namespace strata::tool::compare
