// `strata options`: every STRATA_ key, what it is set to, and by whom.
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/base.hpp"
#include "command.hpp"
#include "look.hpp"

namespace strata::tool {
namespace {

struct row {
  const base::option* which;
  std::string value;
  std::string fallback;
  bool from_environment;
};

std::string value_in(const base::settings& from, const base::option& which) {
  std::array<char, 64> buffer{};
  return std::string(base::option_value(from, which, buffer));
}

// What a program started now would take; its warnings are printed as it would.
std::vector<row> rows_of_environment() {
  static constexpr base::fatal_hooks to_stderr{
      .write =
          [](std::string_view text) noexcept { std::fwrite(text.data(), 1, text.size(), stderr); },
      .die = nullptr};
  base::set_fatal_hooks(&to_stderr);
  base::settings present;
  base::apply_environment(present, environ);
  std::vector<row> rows;
  for (const base::option& which : base::options()) {
    const char* const given = std::getenv(std::string(which.key).c_str());
    std::array<char, 160> reason{};
    const bool taken = given != nullptr && base::option_refusal(which, given, reason).empty();
    rows.push_back({&which, value_in(present, which), value_in({}, which), taken});
  }
  return rows;
}

const char* source_of(const row& one) { return one.from_environment ? "environment" : "default"; }

void print_text(const std::vector<row>& rows) {
  const look shown = look_of(STDOUT_FILENO);
  fmt::print("{}\n", shown.strong(
                         fmt::format("{:<26}{:<14}{:<13}{}", "KEY", "VALUE", "SOURCE", "MEANING")));
  for (const row& one : rows) {
    const std::string source = fmt::format("{:<13}", source_of(one));
    fmt::print("{:<26}{:<14}{}{}\n", one.which->key, one.value.empty() ? "-" : one.value,
               one.from_environment ? shown.strong(source) : source, one.which->meaning);
  }
}

void print_json(const std::vector<row>& rows) {
  auto listed = nlohmann::ordered_json::array();
  for (const row& one : rows) {
    listed.push_back({{"key", one.which->key},
                      {"value", one.value},
                      {"source", source_of(one)},
                      {"default", one.fallback},
                      {"meaning", one.which->meaning}});
  }
  const nlohmann::ordered_json made = {
      {"kind", "strata.options"}, {"schema_version", 1}, {"options", listed}};
  fmt::print("{}\n", made.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

action configure(CLI::App& parser) {
  const auto as_json = std::make_shared<bool>(false);
  parser.add_flag("--json", *as_json, "Print JSON");
  return [as_json](const std::vector<std::string>&) {
    const std::vector<row> rows = rows_of_environment();
    if (*as_json) {
      print_json(rows);
    } else {
      print_text(rows);
    }
    return 0;
  };
}

}  // namespace

const command options_command = {
    .name = "options",
    .summary = "List the STRATA_ keys, their values, and where these come from",
    .examples =
        "Examples:\n"
        "  strata options\n"
        "  STRATA_RETAIN_MIN=8M strata options --json",
    .takes_program = false,
    .configure = configure,
};

}  // namespace strata::tool
