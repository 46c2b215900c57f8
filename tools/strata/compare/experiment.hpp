// All runs of one workload: every allocator in every round, the order turned.
#pragma once

#include <cstddef>
#include <vector>

#include "compare/progress.hpp"
#include "compare/results.hpp"
#include "compare/runner.hpp"

namespace strata::tool::compare {

struct repetition {
  std::size_t runs = 5;
  std::size_t warmup = 1;  // rounds before, that are not measured

  [[nodiscard]] std::size_t rounds() const { return runs + warmup; }
};

// Throws what runner::run throws.
[[nodiscard]] workload_result run_workload(const runner& runs, const workload& what,
                                           const std::vector<contender>& contenders,
                                           const repetition& times, progress& shown);

}  // namespace strata::tool::compare
