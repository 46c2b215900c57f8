// Why a program left no snapshot, as far as can be told from outside.
#pragma once

#include <string>

#include "report.hpp"
#include "snapshot_file.hpp"

namespace strata::tool {

// One sentence: the likely cause.
[[nodiscard]] std::string explain_missing(const run_report& report, snapshot_problem problem);

}  // namespace strata::tool
