// A suite on disk: a folder with a JSON file per workload. The format is described
// in docs/compare.md.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "compare/workload.hpp"

namespace strata::tool::compare {

// One file's workload, its variables not yet replaced. Throws usage_error that names
// the file and the key.
[[nodiscard]] workload parse_workload(std::string_view json, const std::filesystem::path& file);

// The workloads of the folder, by name; only those named when `only` is not empty.
// Throws usage_error.
[[nodiscard]] std::vector<workload> read_suite(const std::filesystem::path& folder,
                                               const std::vector<std::string>& only);

// What ${SUITE}, ${WORK}, ${BIN} and ${CORES} stand for.
struct suite_variables {
  std::string suite;
  std::string work;
  std::string bin;
  std::string cores;
};

// The workload with its variables replaced, to be run in ${WORK}. In shell commands
// other variables are the shell's; anywhere else they are refused with usage_error.
[[nodiscard]] workload substitute(workload what, const suite_variables& variables);

}  // namespace strata::tool::compare
