// The results for other programs, and as a page for a browser.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "compare/machine.hpp"
#include "compare/results.hpp"

namespace strata::tool::compare {

// Raised whenever a field is renamed, removed or changes its meaning.
inline constexpr int result_schema_version = 1;

// All runs, and what was computed from them.
[[nodiscard]] nlohmann::ordered_json result_json(const comparison& all, const machine& where);

// A row for each run.
[[nodiscard]] std::string result_csv(const comparison& all);

// One file without anything from elsewhere: a plot, the tables, how it was measured.
[[nodiscard]] std::string result_html(const comparison& all, const machine& where);

}  // namespace strata::tool::compare
