// strata_suite: runs one workload with whatever malloc the process has, and
// prints a checksum of its data. Strata itself is nowhere in this program.
#include <CLI/CLI.hpp>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "failure.hpp"
#include "registry.hpp"

namespace strata::suite {
namespace {

constexpr int exit_usage = 2;

struct arguments {
  std::string name;
  parameters work;
  std::string expected;  // checksum; empty: any
};

const workload* find_workload(const std::string& name) {
  for (const workload* each : all_workloads()) {
    if (each->name == name) return each;
  }
  return nullptr;
}

int list() {
  for (const workload* each : all_workloads()) {
    std::printf("%-22s %-7s %s\n", each->name, each->threaded ? "multi" : "single", each->summary);
  }
  return 0;
}

std::string hexadecimal(std::uint64_t value) {
  char text[20];
  std::snprintf(text, sizeof text, "%016" PRIx64, value);
  return text;
}

int run(const workload& chosen, const arguments& given) {
  const outcome result = chosen.run(given.work);
  const std::string found = hexadecimal(result.checksum);
  if (!result.remark.empty()) std::printf("%s\n", result.remark.c_str());
  std::printf("checksum %s\n", found.c_str());
  if (!given.expected.empty() && given.expected != found) {
    std::fprintf(stderr, "strata_suite: %s: the checksum is %s instead of %s\n", chosen.name,
                 found.c_str(), given.expected.c_str());
    return 1;
  }
  return 0;
}

// CLI11's own checks let NaN pass.
std::string scale_problem(const std::string& text) {
  char* end = nullptr;
  const double scale = std::strtod(text.c_str(), &end);
  if (*end == '\0' && scale > 0 && scale <= 1000) return {};
  return "'" + text + "' is no number above 0, up to 1000";
}

void describe(CLI::App& parser, arguments& given) {
  parser.add_option("workload", given.name, "The workload, or 'list'")->required();
  parser.add_option("--scale", given.work.scale, "Do this much of the work; 1 takes 1 to 3 s")
      ->check(scale_problem)
      ->type_name("NUMBER");
  parser.add_option("--threads", given.work.threads, "Threads of the workloads that use several")
      ->check(CLI::Range(1, 1024))
      ->type_name("NUMBER");
  parser.add_option("--expect", given.expected, "Fail unless this is the checksum")
      ->type_name("CHECKSUM");
  parser.footer(
      "Examples:\n"
      "  strata_suite list\n"
      "  strata_suite larson --threads 4\n"
      "  LD_PRELOAD=build/release/libstrata_malloc.so strata_suite churn_mixed --scale 0.1");
}

// The program; throws CLI::ParseError for what the user got wrong.
int dispatch(int count, char** values) {
  arguments given;
  CLI::App parser("Runs a workload on the malloc of this process.", "strata_suite");
  describe(parser, given);
  try {
    parser.parse(count, values);
  } catch (const CLI::Success& help) {
    return parser.exit(help);
  }
  if (given.name == "list") return list();
  const workload* const chosen = find_workload(given.name);
  if (chosen == nullptr) {
    std::fprintf(stderr, "strata_suite: unknown workload '%s' (try 'strata_suite list')\n",
                 given.name.c_str());
    return exit_usage;
  }
  return run(*chosen, given);
}

}  // namespace
}  // namespace strata::suite

int main(int count, char** values) {
  using namespace strata::suite;
  try {
    return dispatch(count, values);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "strata_suite: %s (try 'strata_suite --help')\n", error.what());
    return exit_usage;
  } catch (const std::exception& error) {
    fail(error.what());
  }
}
