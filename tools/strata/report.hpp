// What `strata run` learned about one run, and its two forms. A later command
// that reads reports again, or compares two, starts here.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "heap/snapshot.hpp"
#include "look.hpp"

namespace strata::tool {

// Raised whenever a figure of the JSON report is renamed, removed or changes its meaning.
inline constexpr int report_schema_version = 1;

struct run_report {
  std::vector<std::string> command;
  std::uint64_t process = 0;
  std::optional<int> signal;  // that ended it; else it exited
  int exit_code = 0;
  std::chrono::nanoseconds elapsed{};
  std::chrono::nanoseconds user{};
  std::chrono::nanoseconds system{};
  std::uint64_t tree_peak_bytes = 0;  // resident, the largest of the process and its children

  std::optional<core::snapshot> memory;
  std::string memory_missing;  // why there is no snapshot; empty when there is one
};

// "exit code 3", "killed by SIGSEGV (Segmentation fault)".
[[nodiscard]] std::string describe_end(const run_report& report);

[[nodiscard]] std::string text_report(const run_report& report, const look& shown);
[[nodiscard]] nlohmann::ordered_json json_report(const run_report& report);

}  // namespace strata::tool
