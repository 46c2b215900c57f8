// Looks at what was run: a static or a setuid program never loads the preload; a
// killed one has no chance to write; the rest is guesswork, and says so.
#include "missing_snapshot.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "ending.hpp"
#include "executable.hpp"

namespace strata::tool {
namespace {

namespace fs = std::filesystem;

std::string explain_absent(const run_report& report) {
  const std::string& program = report.command.front();
  const std::optional<fs::path> file = locate_program(program);
  if (file && is_privileged(*file)) {
    return fmt::format("{} is a setuid or setgid program, which never loads a preload", program);
  }
  if (file && is_static(*file)) {
    return fmt::format(
        "{} is statically linked and ignores LD_PRELOAD; link it with "
        "libstrata_malloc.a instead",
        program);
  }
  if (report.signal) {
    return fmt::format("{} ended the program before it could write its snapshot",
                       signal_name(*report.signal));
  }
  return "the program ended by a raw system call, replaced itself by one that strata is not loaded "
         "into, or changed to a user who may not write the snapshot";
}

}  // namespace

std::string explain_missing(const run_report& report, snapshot_problem problem) {
  switch (problem) {
    case snapshot_problem::absent:
      return explain_absent(report);
    case snapshot_problem::incomplete:
      return "the program ended while it wrote its snapshot";
    case snapshot_problem::other_version:
      return "the preloaded library and this command are of different versions";
  }
  return {};
}

}  // namespace strata::tool
