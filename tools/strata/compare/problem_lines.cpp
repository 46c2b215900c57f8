// Failures are told once per allocator and workload, with the first reason: the
// others are most often the same.
#include <fmt/format.h>

#include <algorithm>

#include "compare/tables.hpp"

namespace strata::tool::compare {
namespace {

const std::string& first_failure(const contender_result& result) {
  return std::ranges::find_if(result.runs,
                              [](const run_result& run) { return !run.failure.empty(); })
      ->failure;
}

std::string lines_of(const std::string& where, const contender& allocator,
                     const contender_result& result) {
  std::string text;
  const std::string who = where + allocator.name;
  if (!result.remark.empty()) text += fmt::format("{}: note: {}\n", who, result.remark);
  if (!result.unreached.empty()) text += fmt::format("{}: not run: {}\n", who, result.unreached);
  if (const std::size_t failures = count_failures(result); failures > 0) {
    text += fmt::format("{}: failed: {} of {} runs: {}\n", who, failures, result.runs.size(),
                        first_failure(result));
  }
  return text;
}

}  // namespace

std::string problem_lines(const comparison& all) {
  std::string text;
  for (const workload_result& each : all.workloads) {
    const std::string where = each.what.name.empty() ? "" : each.what.name + ": ";
    if (!each.absent.empty()) text += fmt::format("{}{}\n", where, each.absent);
    if (!each.broken.empty()) text += fmt::format("{}failed: {}\n", where, each.broken);
    for (std::size_t i = 0; i < each.contenders.size(); ++i) {
      text += lines_of(where, all.contenders[i], each.contenders[i]);
    }
  }
  return text;
}

}  // namespace strata::tool::compare
