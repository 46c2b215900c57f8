// The command `strata`: reads the command line and hands it to a subcommand.
// Every mistake becomes one line on stderr.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "command.hpp"

namespace strata::tool {
namespace {

const std::array commands = {&run_command, &options_command, &classes_command, &doctor_command,
                             &compare_command};

const command& find_command(const std::string& name) {
  for (const command* each : commands) {
    if (each->name == name) return *each;
  }
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const command* each : commands) names.emplace_back(each->name);
  throw usage_error(fmt::format("unknown command '{}'{}", name, suggestion(name, names)));
}

void describe(CLI::App& parser) {
  parser.set_version_flag("--version", "strata " STRATA_VERSION);
  parser.require_subcommand(1);
  parser.footer(
      "Examples:\n"
      "  strata run -- ./server --port 80    run it on strata, then say who holds memory\n"
      "  strata options                      what the environment configures\n"
      "'strata COMMAND --help' explains a command.");
}

// Parses and runs; `arguments` without the name of the program.
int dispatch(const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw usage_error("no command given (try 'strata --help')");
  CLI::App parser("Runs programs on the strata allocator and shows where their memory went.",
                  "strata");
  describe(parser);
  if (!is_option(arguments[0])) find_command(arguments[0]);

  std::vector<std::pair<CLI::App*, action>> actions;
  for (const command* each : commands) {
    CLI::App* const sub = parser.add_subcommand(each->name, each->summary);
    sub->footer(each->examples);
    sub->allow_extras();
    actions.emplace_back(sub, each->configure(*sub));
  }

  split_arguments split{arguments, {}};
  if (!is_option(arguments[0]) && find_command(arguments[0]).takes_program) {
    split = split_program(*parser.get_subcommand(arguments[0]), arguments);
  }
  try {
    parser.parse(std::vector<std::string>(split.own.rbegin(), split.own.rend()));
  } catch (const CLI::Success& help_or_version) {
    return parser.exit(help_or_version);
  } catch (const CLI::ParseError& error) {
    if (is_option(arguments[0])) {
      throw usage_error(fmt::format("unknown option '{}' (try 'strata --help')", arguments[0]));
    }
    throw usage_error(fmt::format("{}: {}", arguments[0], error.what()));
  }
  for (const auto& [sub, act] : actions) {
    if (!sub->parsed()) continue;
    refuse_leftovers(*sub);
    return act(split.program);
  }
  throw usage_error("no command given (try 'strata --help')");
}

}  // namespace
}  // namespace strata::tool

int main(int count, char** values) {
  using namespace strata::tool;
  try {
    return dispatch({values + (count > 0 ? 1 : 0), values + count});
  } catch (const usage_error& error) {
    fmt::print(stderr, "strata: {}\n", error.what());
    return exit_usage;
  } catch (const std::exception& error) {
    fmt::print(stderr, "strata: {}\n", error.what());
    return exit_failure;
  }
}
