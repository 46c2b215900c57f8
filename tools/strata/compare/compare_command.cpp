// `strata compare`: a program, or a suite, under every allocator in turn.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "command.hpp"
#include "compare/contender.hpp"
#include "compare/experiment.hpp"
#include "compare/result_files.hpp"
#include "compare/suite_file.hpp"
#include "compare/suite_run.hpp"
#include "compare/tables.hpp"
#include "ending.hpp"
#include "executable.hpp"
#include "output_file.hpp"
#include "snapshot_file.hpp"

namespace strata::tool {
namespace {

namespace fs = std::filesystem;
using namespace compare;

struct compare_options {
  std::string with;
  std::string against;
  repetition times;
  double timeout = 0;  // seconds; 0: none for a program, the suite's own for a suite
  std::string json;
  std::string csv;
  std::string html;
  std::string suite;
  std::vector<std::string> only;
  std::string bin;
  bool quiet = false;
  bool show_output = false;
};

constexpr int exit_some_failed = 1;

// Files to write, opened before the long run.
class outputs {
 public:
  explicit outputs(const compare_options& options) {
    open(options.json, json_);
    open(options.csv, csv_);
    open(options.html, html_);
    const auto on_stdout =
        std::ranges::count(std::vector<std::string>{options.json, options.csv, options.html}, "-");
    if (on_stdout > 1) throw usage_error("compare: only one file can be - (stdout)");
    stdout_taken_ = on_stdout == 1;
  }

  void write(const comparison& all) const {
    const machine where = this_machine();
    if (json_) {
      constexpr auto lenient = nlohmann::ordered_json::error_handler_t::replace;
      json_->write(result_json(all, where).dump(2, ' ', false, lenient) + "\n");
    }
    if (csv_) csv_->write(result_csv(all));
    if (html_) html_->write(result_html(all, where));
  }

  // The table goes to stdout, unless a file is there already.
  void print(const comparison& all) const {
    const int descriptor = stdout_taken_ ? STDERR_FILENO : STDOUT_FILENO;
    const look shown = look_of(descriptor);
    const std::string text =
        all.suite.empty() ? program_table(all, shown) : suite_table(all, shown);
    fmt::print(stdout_taken_ ? stderr : stdout, "{}", text);
  }

 private:
  static void open(const std::string& path, std::optional<output_file>& file) {
    if (!path.empty()) file.emplace(path);
  }

  std::optional<output_file> json_;
  std::optional<output_file> csv_;
  std::optional<output_file> html_;
  bool stdout_taken_ = false;
};

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

void check(const compare_options& options, const std::vector<std::string>& program) {
  if (options.suite.empty() && program.empty()) {
    throw usage_error("compare: no program and no --suite given (try 'strata compare --help')");
  }
  if (!options.suite.empty() && !program.empty()) {
    throw usage_error(
        fmt::format("compare: either --suite or a program, not both ('{}')", program.front()));
  }
  if (options.suite.empty() && !options.only.empty()) {
    throw usage_error("compare: --only chooses from a suite: it needs --suite");
  }
  if (options.times.runs == 0) throw usage_error("compare: --runs 0: nothing would be measured");
  if (!(options.timeout >= 0 && options.timeout <= timeout_seconds_max)) {
    throw usage_error(fmt::format("compare: --timeout {}: not between 0 and {} seconds",
                                  options.timeout, timeout_seconds_max));
  }
}

// Whom the ratios are to: --against, else the first, or the best peer for a suite.
void choose_reference(const compare_options& options, comparison& all) {
  const bool has_peers = std::ranges::any_of(all.contenders, is_peer);
  const bool is_suite = !options.suite.empty();
  if (options.against == "best" && !(is_suite && has_peers)) {
    throw usage_error(
        "compare: --against best needs --suite, and a peer: an allocator that is "
        "neither glibc nor strata");
  }
  all.against_best =
      options.against == "best" || (options.against.empty() && is_suite && has_peers);
  if (options.against.empty() || all.against_best) return;
  const auto found = std::ranges::find(all.contenders, options.against, &contender::name);
  if (found == all.contenders.end()) {
    throw usage_error(fmt::format("compare: --against: '{}' does not take part", options.against));
  }
  all.reference = static_cast<std::size_t>(found - all.contenders.begin());
}

// A file that our stdin was redirected from is read anew by every run.
std::string input_of_runs() {
  struct stat facts {};
  const bool is_file = ::fstat(STDIN_FILENO, &facts) == 0 && S_ISREG(facts.st_mode);
  return is_file ? "/proc/self/fd/0" : "/dev/null";
}

workload workload_of(const compare_options& options, const std::vector<std::string>& program) {
  return {
      .command = program, .input = input_of_runs(), .timeout = milliseconds_of(options.timeout)};
}

fs::path programs_of_suite(const compare_options& options) {
  if (!options.bin.empty()) return fs::absolute(options.bin);
  return fs::read_symlink("/proc/self/exe").parent_path() / "bench";
}

suite_plan plan_of(const compare_options& options) {
  const fs::path folder = fs::absolute(options.suite).lexically_normal();
  suite_plan plan{folder, programs_of_suite(options), read_suite(folder, options.only)};
  if (options.timeout == 0) return plan;
  for (workload& each : plan.workloads) each.timeout = milliseconds_of(options.timeout);
  return plan;
}

// Every preload failed to take effect: there is nothing to compare.
void refuse_if_unreached(const comparison& all) {
  const std::vector<contender_result>& results = all.workloads.front().contenders;
  std::string reason;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (all.contenders[i].library.empty()) continue;
    if (results[i].unreached.empty()) return;
    reason = results[i].unreached;
  }
  fmt::print(stderr, "strata: compare: nothing to compare: {}\n", reason);
}

void compare_program(const compare_options& options, const workload& what, const launcher& programs,
                     comparison& all) {
  const scratch_directory scratch;
  const runner runs(programs, scratch.path());
  if (options.show_output) runs.show(what, all.contenders.front());
  const bool shows = !options.quiet && ::isatty(STDERR_FILENO) == 1;
  progress shown(options.times.rounds() * all.contenders.size(), shows);
  all.workloads.push_back(run_workload(runs, what, all.contenders, options.times, shown));
}

void compare_suite(const compare_options& options, const suite_plan& plan, const launcher& programs,
                   comparison& all) {
  const bool shows = !options.quiet && ::isatty(STDERR_FILENO) == 1;
  const std::size_t each = options.times.rounds() * all.contenders.size();
  progress shown(plan.workloads.size() * each, shows);
  run_suite(plan, programs, options.times, shown, all);
}

int finish(const compare_options& options, const outputs& files, const comparison& all) {
  files.write(all);
  if (!options.quiet) files.print(all);
  if (all.suite.empty()) refuse_if_unreached(all);
  return has_failures(all) ? exit_some_failed : 0;
}

int compare_all(const compare_options& options, const std::vector<std::string>& program) {
  check(options, program);
  comparison all;
  all.contenders = options.with.empty() ? find_contenders() : parse_contenders(options.with);
  choose_reference(options, all);
  std::optional<suite_plan> plan;
  if (!options.suite.empty()) plan = plan_of(options);
  const outputs files(options);
  all.runs = options.times.runs;
  all.warmup = options.times.warmup;
  const launcher programs;
  if (plan) {
    all.suite = options.suite;
    compare_suite(options, *plan, programs, all);
  } else {
    compare_program(options, workload_of(options, program), programs, all);
  }
  all.floor_bytes = programs.floor_bytes();
  return finish(options, files, all);
}

int act(const compare_options& options, const std::vector<std::string>& program) {
  int signal = 0;
  try {
    return compare_all(options, program);
  } catch (const cannot_start& refused) {
    return explain_refusal("compare", refused.program, refused.error);
  } catch (const interrupted& by) {
    signal = by.signal;
  }
  end_by_signal(signal);  // here all scratch files are gone
}

class formatter_with_program : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string name) const override {
    return "Usage: " + name + " [OPTIONS] [--] PROGRAM [ARGUMENTS...]\n       " + name +
           " [OPTIONS] --suite DIR\n";
  }
};

void add_files(CLI::App& parser, compare_options& options) {
  parser.add_option("--json", options.json, "Write every run as JSON; - is stdout")
      ->type_name("FILE");
  parser.add_option("--csv", options.csv, "Write a row for each run")->type_name("FILE");
  parser.add_option("--html", options.html, "Write a plot and the tables for a browser")
      ->type_name("FILE");
  parser.add_flag("--quiet,-q", options.quiet, "Print no table and no progress");
}

action configure(CLI::App& parser) {
  const auto options = std::make_shared<compare_options>();
  parser.formatter(std::make_shared<formatter_with_program>());
  parser
      .add_option("--with", options->with,
                  "Allocators: glibc, strata, jemalloc, mimalloc, tcmalloc, tbb, snmalloc, "
                  "rpmalloc, hoard, PATH.so, NAME=PATH.so; default: all that are found")
      ->type_name("LIST");
  parser
      .add_option("--against", options->against,
                  "Whom ratios are to: a name, or best (of the peers, in a suite); default: "
                  "the first, in a suite best")
      ->type_name("NAME");
  parser.add_option("--runs", options->times.runs, "Measured runs of each; default: 5")
      ->type_name("N");
  parser.add_option("--warmup", options->times.warmup, "Runs before these; default: 1")
      ->type_name("N");
  parser.add_option("--timeout", options->timeout, "Give a run up after so many seconds")
      ->type_name("S");
  add_files(parser, *options);
  parser.add_flag("--show-output", options->show_output,
                  "First run the program once more, unmeasured, and show what it prints");
  parser.add_option("--suite", options->suite, "Run the workloads that a folder describes")
      ->type_name("DIR");
  parser.add_option("--only", options->only, "Only these workloads of the suite")
      ->delimiter(',')
      ->type_name("NAME,...");
  parser
      .add_option("--bin", options->bin,
                  "Where a suite's ${BIN} is; default: bench beside this command")
      ->type_name("DIR");
  return [options](const std::vector<std::string>& program) { return act(*options, program); };
}

}  // namespace

const command compare_command = {
    .name = "compare",
    .summary = "Run a program under several allocators and compare time and memory",
    .examples =
        "Exit code: 0 when all runs succeeded, 1 when some failed; 2, 125, 126 and 127 as in run.\n"
        "Examples:\n"
        "  strata compare -- ./server --selftest\n"
        "  strata compare --with glibc,strata,mine=./libmine.so --runs 10 -- python3 script.py\n"
        "  strata compare --suite bench/suite --html result.html",
    .takes_program = true,
    .configure = configure,
};

}  // namespace strata::tool
