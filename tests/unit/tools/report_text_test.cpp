// The text report, whole, and its variations. docs/reference/report.md explains
// these lines: change both together.
#include <gtest/gtest.h>

#include <csignal>

#include "report.hpp"
#include "synthetic_report.hpp"

namespace strata::tool {
namespace {

using test::synthetic_report;

constexpr const char* golden = R"golden(strata: ./server: exit code 3 (process 4711)

time       1.500 s elapsed, 1.200 s user, 0.050 s system
resident   95.4 MiB at exit, 114.4 MiB at the peak
held       76.3 MiB at exit, at most 85.8 MiB at the peak
reserved   64.0 GiB of address space, 2 regions, 5 segments in use

Where memory was at exit, in bytes
  requested by the program (estimate)                     35,998,214   34.3 MiB   45.0 %  #######
  rounding to size classes (estimate)                      3,999,802    3.8 MiB    5.0 %  #
  large blocks in use                                     20,000,000   19.1 MiB   25.0 %  ####
  free blocks in partial slabs                             6,001,984    5.7 MiB    7.5 %  #
  free blocks in thread caches                             1,000,000  976.6 KiB    1.2 %
  large blocks kept for reuse                              8,000,000    7.6 MiB   10.0 %  ##
  empty slabs not yet returned                             4,000,000    3.8 MiB    5.0 %  #
  metadata of strata                                       1,000,000  976.6 KiB    1.2 %
  held by strata: the sum                                 80,000,000   76.3 MiB  100.0 %
  rest of the process (code, stacks, other mappings)      20,000,000   19.1 MiB
  resident at exit                                       100,000,000   95.4 MiB

Who holds memory at exit
  blocks of                                   blocks           bytes               share
  4,096 bytes                                  9,521      38,998,016   37.2 MiB   65.0 %  ##########
  16 bytes                                    62,500       1,000,000  976.6 KiB    1.7 %
  large blocks                                     3      20,000,000   19.1 MiB   33.3 %  #####
  the program, in all                         72,024      59,998,016   57.2 MiB

How requests were served
  thread caches   98.0 % of about 50,100 requests without a refill
  refills         1,000: 50.0 % from the active slab, 30.0 % from the queue, 20.0 % from fresh blocks
                  10.0 % after reading mail, 100 new slabs
  large cache     75.0 % of 40 large requests
  remote frees    700 blocks in 7 batches
  purges          12, which returned 32.0 MiB
  local heaps     4 in use, 1 adopted from ended threads
)golden";

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(report_text, is_the_golden_one) { EXPECT_EQ(text_report(synthetic_report(), {}), golden); }

TEST(report_text, draws_where_it_may) {
  const std::string drawn = text_report(synthetic_report(), {.colours = true, .unicode = true});
  EXPECT_TRUE(contains(drawn, "███████▎"));
  EXPECT_TRUE(contains(drawn, "\x1b[31mexit code 3\x1b[0m"));
  EXPECT_FALSE(contains(drawn, "#"));
}

TEST(report_text, success_is_not_alarming) {
  run_report report = synthetic_report();
  report.exit_code = 0;
  EXPECT_FALSE(contains(text_report(report, {.colours = true, .unicode = false}), "\x1b[31m"));
}

TEST(report_text, names_the_signal) {
  run_report report = synthetic_report();
  report.signal = SIGSEGV;
  EXPECT_TRUE(contains(text_report(report, {}), "killed by SIGSEGV (Segmentation fault)"));
}

TEST(report_text, says_why_there_is_no_snapshot) {
  run_report report = synthetic_report();
  report.memory.reset();
  report.memory_missing = "because";
  const std::string text = text_report(report, {});
  EXPECT_TRUE(contains(text, "memory     unknown: because\n"));
  EXPECT_TRUE(contains(text, "resident   124.0 MiB at the peak of the largest process\n"));
  EXPECT_FALSE(contains(text, "Who holds"));
}

TEST(report_text, says_when_held_memory_is_not_resident) {
  run_report report = synthetic_report();
  report.memory->resident = report.memory->held - 2048;
  EXPECT_TRUE(contains(text_report(report, {}),
                       "held but not resident (never touched, or swapped)"
                       "           -2,048   -2.0 KiB\n"));
}

TEST(report_text, confesses_a_sum_that_does_not_add_up) {
  run_report report = synthetic_report();
  report.memory->held += 7;
  EXPECT_TRUE(contains(text_report(report, {}), "the parts miss the sum by 7 bytes"));
}

TEST(report_text, sums_the_classes_beyond_the_top) {
  run_report report = synthetic_report();
  core::snapshot& memory = *report.memory;
  memory.class_count = 20;
  for (std::size_t i = 0; i < 20; ++i) {
    memory.classes[i] = {};
    memory.classes[i].block_size = 1000 * (i + 1);
    memory.classes[i].live_blocks = 10;
  }
  const std::string text = text_report(report, {});
  EXPECT_TRUE(contains(text, "\n  9,000 bytes"));
  EXPECT_FALSE(contains(text, "\n  8,000 bytes"));
  EXPECT_TRUE(
      contains(text, "\n  8 more classes                                  80         360,000"));
}

}  // namespace
}  // namespace strata::tool
