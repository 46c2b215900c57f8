// The summary comes first in both forms: most readers need no more.
#include "doctor/diagnosis.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace strata::tool {
namespace {

struct section {
  const char* key;
  const char* title;
  const findings* found;
};

std::vector<section> sections_of(const diagnosis& all) {
  return {{"program", "The program", &all.about_program},
          {"library", "The library to preload", &all.about_library},
          {"machine", "The machine", &all.about_machine}};
}

const char* word_for(verdict result) {
  switch (result) {
    case verdict::ok:
      return "ok";
    case verdict::note:
      return "note";
    case verdict::problem:
      return "problem";
  }
  return "";
}

const finding* first_problem(const diagnosis& all) {
  for (const section& part : sections_of(all)) {
    for (const finding& each : *part.found) {
      if (each.result == verdict::problem) return &each;
    }
  }
  return nullptr;
}

std::size_t count_of(const diagnosis& all, verdict wanted) {
  std::size_t count = 0;
  for (const section& part : sections_of(all)) {
    for (const finding& each : *part.found) count += each.result == wanted ? 1 : 0;
  }
  return count;
}

std::string counted(std::size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string shown_verdict(verdict result, const look& shown) {
  std::string word = fmt::format("{:<9}", word_for(result));
  switch (result) {
    case verdict::ok:
      return shown.faint(word);
    case verdict::note:
      return shown.strong(word);
    case verdict::problem:
      return shown.alarming(word);
  }
  return word;
}

std::string text_finding(const finding& one, const look& shown) {
  std::string text =
      fmt::format("  {}{:<15}{}\n", shown_verdict(one.result, shown), one.check, one.meaning);
  if (!one.advice.empty()) text += fmt::format("{:<26}-> {}\n", "", one.advice);
  return text;
}

}  // namespace

bool works(const diagnosis& all) { return first_problem(all) == nullptr; }

std::string summary(const diagnosis& all) {
  const std::string where = all.program.empty() ? "on this machine" : "for " + all.program;
  if (const finding* const problem = first_problem(all)) {
    const std::size_t more = count_of(all, verdict::problem) - 1;
    const std::string others =
        more == 0 ? "" : fmt::format(" (and {})", counted(more, "more problem"));
    return fmt::format("strata will not work {}: {}{}", where, problem->meaning, others);
  }
  const std::size_t notes = count_of(all, verdict::note);
  const std::string remark = notes == 0 ? "" : fmt::format(", with {}", counted(notes, "note"));
  return fmt::format("strata will work {}{}", where, remark);
}

std::string text_diagnosis(const diagnosis& all, const look& shown) {
  std::string text = shown.strong(summary(all)) + "\n";
  for (const section& part : sections_of(all)) {
    if (part.found->empty()) continue;
    text += fmt::format("\n{}\n", shown.strong(part.title));
    for (const finding& each : *part.found) text += text_finding(each, shown);
  }
  return text;
}

nlohmann::ordered_json json_diagnosis(const diagnosis& all) {
  auto listed = nlohmann::ordered_json::array();
  for (const section& part : sections_of(all)) {
    for (const finding& each : *part.found) {
      listed.push_back({{"about", part.key},
                        {"check", each.check},
                        {"verdict", word_for(each.result)},
                        {"meaning", each.meaning},
                        {"advice", each.advice}});
    }
  }
  nlohmann::ordered_json program = nullptr;
  if (!all.program.empty()) program = all.program;
  return {{"kind", "strata.doctor"},
          {"schema_version", diagnosis_schema_version},
          {"strata_version", STRATA_VERSION},
          {"program", program},
          {"works", works(all)},
          {"summary", summary(all)},
          {"findings", listed}};
}

}  // namespace strata::tool
