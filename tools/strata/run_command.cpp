// `strata run`: one run of a program on strata, and a report about it.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/base.hpp"
#include "command.hpp"
#include "ending.hpp"
#include "executable.hpp"
#include "missing_snapshot.hpp"
#include "output_file.hpp"
#include "preload.hpp"
#include "process.hpp"
#include "report.hpp"
#include "snapshot_file.hpp"

namespace strata::tool {
namespace {

struct run_options {
  std::string json;     // file; empty: none
  std::string limit;    // as it was given; empty: none
  std::string preload;  // path; empty: search
  bool quiet = false;
};

void check_limit(const std::string& limit) {
  char reason[160];
  const auto refusal = base::option_refusal(*base::find_option("STRATA_LIMIT"), limit, reason);
  if (!refusal.empty()) {
    throw usage_error(fmt::format("run: --limit '{}' refused: {}", limit, refusal));
  }
}

launch plan(const run_options& options, const std::vector<std::string>& program,
            const std::string& snapshot) {
  launch what{program, {}, "STRATA_REPORT_PID"};
  what.environment = {
      {"LD_PRELOAD", preload_list(find_preload(options.preload), std::getenv("LD_PRELOAD"))},
      {"STRATA_REPORT_FILE", snapshot}};
  if (!options.limit.empty()) what.environment.emplace_back("STRATA_LIMIT", options.limit);
  return what;
}

run_report make_report(const std::vector<std::string>& program, const ended_process& ended,
                       const std::filesystem::path& snapshot) {
  run_report report;
  report.command = program;
  report.process = ended.process;
  if (WIFSIGNALED(ended.status)) report.signal = WTERMSIG(ended.status);
  if (WIFEXITED(ended.status)) report.exit_code = WEXITSTATUS(ended.status);
  report.elapsed = ended.elapsed;
  report.user = ended.user;
  report.system = ended.system;
  report.tree_peak_bytes = ended.peak_bytes;
  const auto read = read_snapshot(snapshot);
  if (const auto* memory = std::get_if<core::snapshot>(&read)) {
    report.memory = *memory;
  } else {
    report.memory_missing = explain_missing(report, std::get<snapshot_problem>(read));
  }
  return report;
}

struct end_of_run {
  int exit_code;
  std::optional<int> signal;
};

end_of_run run(const run_options& options, const std::vector<std::string>& program) {
  std::optional<output_file> json;
  if (!options.json.empty()) json.emplace(options.json);
  const scratch_directory scratch;
  const std::filesystem::path snapshot = scratch.path() / "snapshot";
  const auto result = run_to_end(plan(options, program, snapshot.native()));
  if (const auto* refused = std::get_if<refused_launch>(&result)) {
    return {explain_refusal("run", program.front(), refused->error), {}};
  }
  const run_report report = make_report(program, std::get<ended_process>(result), snapshot);
  if (!options.quiet) {
    fmt::print(stderr, "\n{}", text_report(report, look_of(STDERR_FILENO)));
  }
  if (json) {
    // Arguments of a program need not be UTF-8; JSON must be.
    constexpr auto lenient = nlohmann::ordered_json::error_handler_t::replace;
    json->write(json_report(report).dump(2, ' ', false, lenient) + "\n");
  }
  return {report.exit_code, report.signal};
}

// The parser never sees the program, so it cannot show it in its usage line.
class formatter_with_program : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string name) const override {
    return "Usage: " + name + " [OPTIONS] [--] PROGRAM [ARGUMENTS...]\n";
  }
};

action configure(CLI::App& parser) {
  const auto options = std::make_shared<run_options>();
  parser.formatter(std::make_shared<formatter_with_program>());
  parser.add_option("--json", options->json, "Write the report as JSON; - is stdout")
      ->type_name("FILE");
  parser.add_flag("--quiet,-q", options->quiet, "Print no report");
  parser.add_option("--limit", options->limit, "Refuse memory beyond this, e.g. 512M")
      ->type_name("SIZE");
  parser.add_option("--preload", options->preload, "The library to load; default: search")
      ->type_name("PATH");
  return [options](const std::vector<std::string>& program) {
    if (program.empty()) throw usage_error("run: no program given (try 'strata run --help')");
    if (!options->limit.empty()) check_limit(options->limit);
    const end_of_run end = run(*options, program);
    if (end.signal) end_by_signal(*end.signal);
    return end.exit_code;
  };
}

}  // namespace

const command run_command = {
    .name = "run",
    .summary = "Run a program on strata, then report where its memory went",
    .examples =
        "The program's exit code is passed on; 126 and 127 mean that it could not be run.\n"
        "Examples:\n"
        "  strata run -- ls -l\n"
        "  strata run --json report.json --quiet -- ./server --port 80\n"
        "  strata run --limit 512M -- python3 script.py",
    .takes_program = true,
    .configure = configure,
};

}  // namespace strata::tool
