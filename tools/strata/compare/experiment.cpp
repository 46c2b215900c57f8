// An allocator that the program would not use is not run. One whose run timed out is
// not run again in this workload: it has failed, and would only fail slowly.
#include "compare/experiment.hpp"

#include <fmt/format.h>

#include "compare/preload_effect.hpp"
#include "compare/schedule.hpp"

namespace strata::tool::compare {
namespace {

bool has_timed_out(const contender_result& result) {
  return !result.runs.empty() && result.runs.back().timed_out;
}

void run_in_round(const runner& runs, const workload& what, const contender& allocator,
                  std::size_t round, std::size_t warmup, contender_result& result) {
  if (!result.unreached.empty() || has_timed_out(result)) return;
  run_result done = runs.run(what, allocator);
  done.round = round < warmup ? 0 : round - warmup;
  if (round >= warmup || done.timed_out) result.runs.push_back(std::move(done));
}

}  // namespace

workload_result run_workload(const runner& runs, const workload& what,
                             const std::vector<contender>& contenders, const repetition& times,
                             progress& shown) {
  workload_result result{.what = what};
  for (const contender& allocator : contenders) {
    preload_effect effect = find_effect(runs, what, allocator);
    result.contenders.push_back({{}, std::move(effect.problem), std::move(effect.remark)});
  }
  for (std::size_t round = 0; round < times.rounds(); ++round) {
    for (const std::size_t index : order_of_round(contenders.size(), round)) {
      const contender& allocator = contenders[index];
      shown.begin(what.name.empty() ? allocator.name
                                    : fmt::format("{} {}", what.name, allocator.name));
      run_in_round(runs, what, allocator, round, times.warmup, result.contenders[index]);
      shown.advance();
    }
  }
  return result;
}

}  // namespace strata::tool::compare
