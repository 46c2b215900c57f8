// CLI11 is asked which options take a value, so that nothing is listed twice.
#include "arguments.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/base.hpp"
#include "command.hpp"

namespace strata::tool {
namespace {

bool takes_separate_value(const CLI::App& subcommand, const std::string& argument) {
  if (argument.find('=') != std::string::npos) return false;
  const CLI::Option* const option = subcommand.get_option_no_throw(argument);
  return option != nullptr && option->get_items_expected_max() > 0;
}

std::vector<std::string> option_names(const CLI::App& subcommand) {
  std::vector<std::string> names;
  for (const CLI::Option* option : subcommand.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

}  // namespace

bool is_option(const std::string& argument) { return argument.size() > 1 && argument[0] == '-'; }

split_arguments split_program(const CLI::App& subcommand,
                              const std::vector<std::string>& arguments) {
  auto at = arguments.begin() + 1;
  while (at != arguments.end() && *at != "--" && is_option(*at)) {
    const bool skip_value = takes_separate_value(subcommand, *at);
    ++at;
    if (skip_value && at != arguments.end() && *at != "--") ++at;
  }
  split_arguments split{{arguments.begin(), at}, {}};
  if (at != arguments.end() && *at == "--") ++at;
  split.program.assign(at, arguments.end());
  return split;
}

std::string suggestion(const std::string& typed, const std::vector<std::string>& candidates) {
  base::closest_word closest(typed);
  for (const std::string& candidate : candidates) closest.offer(candidate);
  return closest.best().empty() ? "" : fmt::format(" (did you mean '{}'?)", closest.best());
}

void refuse_leftovers(const CLI::App& subcommand) {
  for (const std::string& argument : subcommand.remaining()) {
    if (!is_option(argument)) {
      throw usage_error(
          fmt::format("{}: unexpected argument '{}'", subcommand.get_name(), argument));
    }
    const std::string name = argument.substr(0, argument.find('='));
    throw usage_error(fmt::format("{}: unknown option '{}'{}", subcommand.get_name(), name,
                                  suggestion(name, option_names(subcommand))));
  }
}

}  // namespace strata::tool
