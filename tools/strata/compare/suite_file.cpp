// Every key has a reader in one table; a key without one is refused.
#include "compare/suite_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "command.hpp"
#include "compare/printed_number.hpp"

namespace strata::tool::compare {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::chrono::seconds timeout_default(120);

std::string text_of(const json& value) {
  if (!value.is_string()) throw usage_error("is no text");
  return value.get<std::string>();
}

std::vector<std::string> texts_of(const json& value) {
  if (!value.is_array()) throw usage_error("is no list of texts");
  std::vector<std::string> texts;
  for (const json& each : value) texts.push_back(text_of(each));
  return texts;
}

std::string threads_of(const json& value) {
  std::string threads = text_of(value);
  if (threads == "single" || threads == "multi") return threads;
  throw usage_error(fmt::format(R"('{}' is neither "single" nor "multi")", threads));
}

measure measure_of(const json& value) {
  if (value == "elapsed") return {};
  const bool is_pair = value.is_object() && value.size() == 1;
  const std::string what = is_pair ? value.begin().key() : "";
  if (what != "time" && what != "rate") {
    throw usage_error(R"(is none of "elapsed", {"time": PATTERN} and {"rate": PATTERN})");
  }
  measure wanted{what == "time" ? measure::kind::time : measure::kind::rate,
                 text_of(value.begin().value())};
  const std::string problem = pattern_problem(wanted.pattern);
  if (!problem.empty()) throw usage_error(fmt::format("'{}' {}", wanted.pattern, problem));
  return wanted;
}

std::chrono::milliseconds timeout_of(const json& value) {
  const double seconds = value.is_number() ? value.get<double>() : 0;
  if (!(seconds > 0 && seconds <= timeout_seconds_max)) {
    throw usage_error(
        fmt::format("is no number of seconds above 0, and at most {}", timeout_seconds_max));
  }
  const std::chrono::duration<double> given(seconds);
  return std::chrono::ceil<std::chrono::milliseconds>(given);
}

std::vector<std::pair<std::string, std::string>> environment_of(const json& value) {
  if (!value.is_object()) throw usage_error("is no object of texts");
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, text] : value.items()) pairs.emplace_back(name, text_of(text));
  return pairs;
}

struct key_reader {
  const char* key;
  void (*read)(const json& value, workload& into);
};

constexpr std::array key_readers = {
    key_reader{"summary", [](const json& v, workload& w) { w.summary = text_of(v); }},
    key_reader{"family", [](const json& v, workload& w) { w.family = text_of(v); }},
    key_reader{"threads", [](const json& v, workload& w) { w.threads = threads_of(v); }},
    key_reader{"needs", [](const json& v, workload& w) { w.needs = texts_of(v); }},
    key_reader{"environment",
               [](const json& v, workload& w) { w.environment = environment_of(v); }},
    key_reader{"setup", [](const json& v, workload& w) { w.setup = text_of(v); }},
    key_reader{"server", [](const json& v, workload& w) { w.server = texts_of(v); }},
    key_reader{"ready", [](const json& v, workload& w) { w.ready = text_of(v); }},
    key_reader{"command", [](const json& v, workload& w) { w.command = texts_of(v); }},
    key_reader{"input", [](const json& v, workload& w) { w.input = text_of(v); }},
    key_reader{"measure", [](const json& v, workload& w) { w.measured = measure_of(v); }},
    key_reader{"timeout", [](const json& v, workload& w) { w.timeout = timeout_of(v); }},
};

const key_reader& reader_of(const std::string& key) {
  std::vector<std::string> keys;
  for (const key_reader& each : key_readers) {
    if (key == each.key) return each;
    keys.emplace_back(each.key);
  }
  throw usage_error(fmt::format("is unknown{}", suggestion(key, keys)));
}

[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
  throw usage_error(fmt::format("compare: {}: {}", file.native(), why));
}

void check_complete(const workload& what, const fs::path& file) {
  if (what.command.empty()) refuse(file, "key 'command' is missing or empty");
  if (!what.ready.empty() && what.server.empty()) refuse(file, "key 'ready' needs key 'server'");
}

bool is_wanted(const std::string& name, const std::vector<std::string>& only) {
  return only.empty() || std::ranges::find(only, name) != only.end();
}

void check_names(const std::vector<std::string>& only, const std::vector<std::string>& present) {
  for (const std::string& name : only) {
    if (std::ranges::find(present, name) != present.end()) continue;
    throw usage_error(
        fmt::format("compare: --only: the suite has no '{}'{}", name, suggestion(name, present)));
  }
}

// Where a text with variables stands decides what an unknown one means.
enum class reader { shell, nobody_else };

std::string replaced(const std::string& text, const suite_variables& variables, reader by) {
  const std::array<std::pair<std::string_view, const std::string*>, 4> known = {
      {{"SUITE", &variables.suite},
       {"WORK", &variables.work},
       {"BIN", &variables.bin},
       {"CORES", &variables.cores}}};
  std::string result;
  std::size_t at = 0;
  for (std::size_t begin; (begin = text.find("${", at)) != std::string::npos;) {
    const std::size_t end = text.find('}', begin);
    if (end == std::string::npos) break;
    const std::string name = text.substr(begin + 2, end - begin - 2);
    const auto* const found =
        std::ranges::find(known, name, &std::pair<std::string_view, const std::string*>::first);
    if (found == known.end() && by == reader::nobody_else) {
      throw usage_error(fmt::format(
          "unknown variable ${{{}}} in '{}' (known are SUITE, WORK, BIN, CORES)", name, text));
    }
    result += text.substr(at, begin - at);
    result += found != known.end() ? *found->second : text.substr(begin, end + 1 - begin);
    at = end + 1;
  }
  return result + text.substr(at);
}

}  // namespace

workload parse_workload(std::string_view text, const fs::path& file) {
  constexpr bool throws = true;
  constexpr bool with_comments = true;
  json parsed;
  try {
    parsed = json::parse(text, nullptr, throws, with_comments);
  } catch (const json::parse_error& error) {
    refuse(file, error.what());
  }
  if (!parsed.is_object()) refuse(file, "is no JSON object");
  workload what{.name = file.stem().native(), .timeout = timeout_default};
  for (const auto& [key, value] : parsed.items()) {
    try {
      reader_of(key).read(value, what);
    } catch (const usage_error& error) {
      refuse(file, fmt::format("key '{}' {}", key, error.what()));
    }
  }
  check_complete(what, file);
  return what;
}

std::vector<workload> read_suite(const fs::path& folder, const std::vector<std::string>& only) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (error) {
    throw usage_error(
        fmt::format("compare: --suite: cannot read '{}': {}", folder.native(), error.message()));
  }
  if (files.empty()) {
    throw usage_error(
        fmt::format("compare: --suite: no workload (NAME.json) in '{}'", folder.native()));
  }
  std::ranges::sort(files);
  std::vector<std::string> present;
  present.reserve(files.size());
  for (const fs::path& file : files) present.push_back(file.stem().native());
  check_names(only, present);
  std::vector<workload> workloads;
  for (const fs::path& file : files) {
    if (!is_wanted(file.stem().native(), only)) continue;
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    workloads.push_back(parse_workload(text, file));
  }
  return workloads;
}

workload substitute(workload what, const suite_variables& variables) {
  const auto plain = [&](std::string& text) {
    text = replaced(text, variables, reader::nobody_else);
  };
  const auto shell = [&](std::string& text) { text = replaced(text, variables, reader::shell); };
  try {
    std::ranges::for_each(what.command, plain);
    std::ranges::for_each(what.server, plain);
    plain(what.input);
    for (auto& [name, value] : what.environment) plain(value);
    shell(what.setup);
    shell(what.ready);
  } catch (const usage_error& error) {
    throw usage_error(
        fmt::format("compare: {}/{}.json: {}", variables.suite, what.name, error.what()));
  }
  what.directory = variables.work;
  return what;
}

}  // namespace strata::tool::compare
