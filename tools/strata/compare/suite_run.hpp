// A suite from the first workload to the last, each in a scratch folder of its own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compare/experiment.hpp"

namespace strata::tool::compare {

struct suite_plan {
  std::filesystem::path folder;
  std::filesystem::path programs;  // ${BIN}
  std::vector<workload> workloads;
};

// Adds the workloads to `all`. What cannot be run is noted there, and the rest goes on.
void run_suite(const suite_plan& plan, const launcher& programs, const repetition& times,
               progress& shown, comparison& all);

}  // namespace strata::tool::compare
