// Results with figures that one can check by heart.
#pragma once

#include <string>
#include <vector>

#include "compare/results.hpp"

namespace strata::tool::compare {

inline run_result synthetic_run(std::size_t round, double seconds, std::uint64_t bytes) {
  run_result run{.round = round, .time = seconds};
  run.used = {.elapsed_s = seconds,
              .user_s = seconds / 2,
              .system_s = 0,
              .peak_bytes = bytes,
              .minor_faults = bytes / 4096,
              .major_faults = 0};
  return run;
}

// `runs` runs about `seconds`, a per mille apart.
inline contender_result synthetic_runs(double seconds, std::uint64_t bytes, std::size_t runs = 5) {
  contender_result result;
  for (std::size_t round = 0; round < runs; ++round) {
    const double apart = 1 + (static_cast<double>(round) - 2) / 1000;
    result.runs.push_back(synthetic_run(round, seconds * apart, bytes));
  }
  return result;
}

inline contender_result with_failure(contender_result result, const std::string& why) {
  result.runs.back().failure = why;
  return result;
}

inline workload synthetic_workload(const std::string& name) {
  workload what{.name = name, .summary = "what " + name + " is"};
  what.command = {"program", "a<b"};
  return what;
}

// glibc takes 2 s and 2 MiB, strata 1 s and 3 MiB, jemalloc 2 s and 2 MiB.
inline comparison synthetic_comparison() {
  comparison all;
  all.contenders = {{"glibc", {}}, {"strata", "/lib/strata.so"}, {"jemalloc", "/lib/je.so"}};
  all.runs = 5;
  all.warmup = 1;
  all.workloads = {{.what = synthetic_workload(""),
                    .contenders = {synthetic_runs(2, 2 << 20), synthetic_runs(1, 3 << 20),
                                   synthetic_runs(2, 2 << 20)}}};
  return all;
}

// Two workloads, with a second peer that fails in one of them.
inline comparison synthetic_suite() {
  comparison all = synthetic_comparison();
  all.suite = "dir";
  all.against_best = true;
  all.contenders.push_back({"tbb", "/lib/tbb.so"});
  all.workloads = {
      {.what = synthetic_workload("one"),
       .contenders = {synthetic_runs(4, 1 << 20), synthetic_runs(1, 4 << 20),
                      synthetic_runs(2, 2 << 20), synthetic_runs(1, 8 << 20)}},
      {.what = synthetic_workload("two"),
       .contenders = {synthetic_runs(1, 1 << 20), synthetic_runs(4, 4 << 20),
                      synthetic_runs(1, 1 << 20),
                      with_failure(synthetic_runs(0.1, 1 << 10), "exit code 3")}},
      {.what = synthetic_workload("three"), .absent = "not here: redis-server"},
  };
  return all;
}

}  // namespace strata::tool::compare
