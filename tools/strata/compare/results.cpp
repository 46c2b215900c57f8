// The list of figures, and questions that every view asks.
#include "compare/results.hpp"

#include <algorithm>

namespace strata::tool::compare {

const std::vector<figure>& figures() {
  using unit = figure::unit;
  static const std::vector<figure> all = {
      {"elapsed_s", "elapsed", "ELAPSED", unit::seconds,
       [](const run_result& run) { return run.used.elapsed_s; }},
      {"user_s", "user", "USER", unit::seconds,
       [](const run_result& run) { return run.used.user_s; }},
      {"system_s", "system", "SYSTEM", unit::seconds,
       [](const run_result& run) { return run.used.system_s; }},
      {"peak_bytes", "peak memory", "PEAK MEM", unit::bytes,
       [](const run_result& run) { return static_cast<double>(run.used.peak_bytes); }},
      {"minor_faults", "minor faults", "MIN FAULTS", unit::count,
       [](const run_result& run) { return static_cast<double>(run.used.minor_faults); }},
      {"major_faults", "major faults", "MAJ FAULTS", unit::count,
       [](const run_result& run) { return static_cast<double>(run.used.major_faults); }},
  };
  return all;
}

const figure& time_figure() {
  static constexpr figure time = {"time", "time", "TIME", figure::unit::seconds,
                                  [](const run_result& run) { return run.time; }};
  return time;
}

const figure& peak_figure() { return figures()[3]; }

std::vector<double> values_of(const contender_result& result, const figure& which) {
  std::vector<double> values;
  for (const run_result& run : result.runs) {
    if (run.failure.empty()) values.push_back(which.of(run));
  }
  return values;
}

std::size_t count_failures(const contender_result& result) {
  return static_cast<std::size_t>(std::ranges::count_if(
      result.runs, [](const run_result& run) { return !run.failure.empty(); }));
}

bool is_complete(const contender_result& result) {
  return result.unreached.empty() && !result.runs.empty() && count_failures(result) == 0;
}

bool has_failures(const comparison& all) {
  return std::ranges::any_of(all.workloads, [](const workload_result& each) {
    if (!each.broken.empty()) return true;
    return std::ranges::any_of(
        each.contenders, [](const contender_result& contender) { return !is_complete(contender); });
  });
}

}  // namespace strata::tool::compare
