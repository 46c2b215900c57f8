// As RFC 4180 has it, with lines that end as on this system.
#include <fmt/format.h>

#include "compare/result_files.hpp"

namespace strata::tool::compare {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char each : text) result += each == '"' ? "\"\"" : std::string(1, each);
  return result + "\"";
}

std::string row(const std::string& workload, const std::string& allocator, const run_result& run) {
  std::string line = fmt::format("{},{},{},{}", quoted(workload), quoted(allocator), run.round,
                                 quoted(run.failure));
  for (const figure& each : figures()) line += fmt::format(",{}", each.of(run));
  const bool counts = run.failure.empty();
  return line + (counts ? fmt::format(",{}\n", run.time) : std::string(",\n"));
}

}  // namespace

std::string result_csv(const comparison& all) {
  std::string text = "workload,allocator,round,failure";
  for (const figure& each : figures()) text += fmt::format(",{}", each.key);
  text += ",time\n";
  for (const workload_result& each : all.workloads) {
    for (std::size_t i = 0; i < each.contenders.size(); ++i) {
      for (const run_result& run : each.contenders[i].runs) {
        text += row(each.what.name, all.contenders[i].name, run);
      }
    }
  }
  return text;
}

}  // namespace strata::tool::compare
