// The scratch folder has two parts: what the workload sees as ${WORK}, and beside it
// what its programs print.
#include "compare/suite_run.hpp"

#include <fmt/format.h>

#include <cstring>

#include "compare/machine.hpp"
#include "compare/suite_file.hpp"
#include "executable.hpp"
#include "snapshot_file.hpp"

namespace strata::tool::compare {
namespace {

namespace fs = std::filesystem;

std::string missing_program(const workload& what) {
  for (const std::string& program : what.needs) {
    if (!locate_program(program)) return "not here: " + program;
  }
  return {};
}

workload_result run_in_scratch(const suite_plan& plan, const workload& what,
                               const launcher& programs, const std::vector<contender>& contenders,
                               const repetition& times, progress& shown) {
  const scratch_directory scratch;
  const fs::path work = scratch.path() / "work";
  fs::create_directory(work);
  const workload ready =
      substitute(what, {plan.folder.native(), work.native(), plan.programs.native(),
                        fmt::format("{}", this_machine().cores)});
  const runner runs(programs, scratch.path());
  try {
    shown.begin(what.name + " setup");
    const std::string problem = runs.set_up(ready);
    if (!problem.empty()) return {.what = what, .broken = problem};
    workload_result result = run_workload(runs, ready, contenders, times, shown);
    result.what = what;  // as it is written in its file
    return result;
  } catch (const cannot_start& refused) {
    return {.what = what,
            .broken =
                fmt::format("cannot run '{}': {}", refused.program, std::strerror(refused.error))};
  }
}

}  // namespace

void run_suite(const suite_plan& plan, const launcher& programs, const repetition& times,
               progress& shown, comparison& all) {
  for (const workload& what : plan.workloads) {
    const std::string missing = missing_program(what);
    if (missing.empty()) {
      all.workloads.push_back(run_in_scratch(plan, what, programs, all.contenders, times, shown));
    } else {
      all.workloads.push_back({.what = what, .absent = missing});
      shown.advance(times.rounds() * all.contenders.size());
    }
  }
}

}  // namespace strata::tool::compare
