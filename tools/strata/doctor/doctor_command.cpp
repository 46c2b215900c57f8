// `strata doctor`: will the preload work for a program, and on this machine?
// Reads files and asks the kernel; never runs the program.
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "command.hpp"
#include "doctor/diagnosis.hpp"
#include "doctor/library_checks.hpp"
#include "doctor/machine_checks.hpp"
#include "doctor/program_checks.hpp"
#include "doctor/program_file.hpp"
#include "look.hpp"
#include "output_file.hpp"

namespace strata::tool {
namespace {

constexpr int exit_will_not_work = 1;

struct doctor_options {
  std::string program;  // empty: none was given
  bool program_given = false;
  std::string json;     // file; empty: none
  std::string preload;  // path; empty: search
};

std::string system_preload() {
  std::ostringstream text;
  text << std::ifstream("/etc/ld.so.preload").rdbuf();
  return text.str();
}

void check_options(const doctor_options& options) {
  std::error_code ignored;
  if (!options.preload.empty() && !std::filesystem::is_regular_file(options.preload, ignored)) {
    throw usage_error(fmt::format("doctor: --preload: there is no file '{}'", options.preload));
  }
  if (options.program_given && options.program.empty()) {
    throw usage_error("doctor: the name of the program is empty");
  }
}

diagnosis examine(const doctor_options& options) {
  diagnosis all;
  all.program = options.program;
  library_check library = check_library(options.preload);
  all.about_library = std::move(library.found);
  all.about_library.push_back(check_present_preload(std::getenv("LD_PRELOAD")));
  all.about_library.push_back(check_system_preload(system_preload()));
  all.about_machine = check_machine_facts(read_machine());
  if (options.program.empty()) return all;

  resolved_program resolved = resolve_program(options.program);
  all.about_program = std::move(resolved.found);
  if (!resolved.file) return all;
  for (finding& each : check_program_file(*resolved.file, library.library)) {
    all.about_program.push_back(std::move(each));
  }
  return all;
}

int doctor(const doctor_options& options) {
  check_options(options);
  std::optional<output_file> json;
  if (!options.json.empty()) json.emplace(options.json);
  const diagnosis all = examine(options);
  if (options.json != "-") fmt::print("{}", text_diagnosis(all, look_of(STDOUT_FILENO)));
  if (json) {
    // Names of files need not be UTF-8; JSON must be.
    constexpr auto lenient = nlohmann::ordered_json::error_handler_t::replace;
    json->write(json_diagnosis(all).dump(2, ' ', false, lenient) + "\n");
  }
  return works(all) ? 0 : exit_will_not_work;
}

action configure(CLI::App& parser) {
  const auto options = std::make_shared<doctor_options>();
  const CLI::Option* const program =
      parser.add_option("PROGRAM", options->program, "A program, by path or as in PATH; not run")
          ->type_name("");
  parser.add_option("--json", options->json, "Write the findings as JSON; - is stdout")
      ->type_name("FILE");
  parser.add_option("--preload", options->preload, "The library to load; default: search")
      ->type_name("PATH");
  return [options, program](const std::vector<std::string>&) {
    options->program_given = program->count() != 0;
    return doctor(*options);
  };
}

}  // namespace

const command doctor_command = {
    .name = "doctor",
    .summary = "Say whether a program can run on strata here, and what to do about it",
    .examples =
        "Exit code: 0 it will work, 1 it will not, 2 the command line was wrong.\n"
        "Examples:\n"
        "  strata doctor                    the machine and the library alone\n"
        "  strata doctor ./server\n"
        "  strata doctor python3 --json -   findings as JSON",
    .takes_program = false,
    .configure = configure,
};

}  // namespace strata::tool
