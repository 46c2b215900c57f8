// Every workload there is.
#pragma once

#include <span>

#include "workload.hpp"

namespace strata::suite {

[[nodiscard]] std::span<const workload* const> all_workloads();

}  // namespace strata::suite
