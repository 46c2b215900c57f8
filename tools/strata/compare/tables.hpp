// The results as text for people.
#pragma once

#include <string>

#include "compare/results.hpp"
#include "look.hpp"

namespace strata::tool::compare {

// For the program of a command line: figures by allocator, in tables of 80 columns.
[[nodiscard]] std::string program_table(const comparison& all, const look& shown);

// For a suite: a row per workload, a column per allocator, and the means.
[[nodiscard]] std::string suite_table(const comparison& all, const look& shown);

// What went wrong, one line each; shared by both.
[[nodiscard]] std::string problem_lines(const comparison& all);

}  // namespace strata::tool::compare
