// Line by line, and of long lines the beginning only: the library's regular
// expressions recurse over what they match.
#include "compare/printed_number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <regex>

namespace strata::tool::compare {
namespace {

constexpr std::size_t line_bytes_max = 4096;
constexpr std::size_t shown_bytes_max = 100;

void for_each_line(const std::filesystem::path& file,
                   const std::function<void(const std::string&)>& visit) {
  std::ifstream in(file, std::ios::binary);
  for (std::string whole; std::getline(in, whole);) {
    std::size_t from = 0;
    while (from <= whole.size()) {
      const std::size_t to = std::min(whole.find('\r', from), whole.size());
      visit(whole.substr(from, std::min(to - from, line_bytes_max)));
      from = to + 1;
    }
  }
}

std::optional<double> as_number(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

}  // namespace

std::string pattern_problem(const std::string& pattern) {
  try {
    const std::regex compiled(pattern);
    if (compiled.mark_count() == 1) return {};
    return fmt::format("has {} groups; it must have one, around the number", compiled.mark_count());
  } catch (const std::regex_error& error) {
    return fmt::format("is no regular expression: {}", error.what());
  }
}

std::optional<double> printed_number(const std::filesystem::path& output,
                                     const std::string& pattern) {
  const std::regex compiled(pattern);
  std::optional<double> found;
  for_each_line(output, [&](const std::string& line) {
    std::smatch match;
    if (!std::regex_search(line, match, compiled)) return;
    if (const auto number = as_number(match[1].str())) found = number;
  });
  return found;
}

std::string last_line(const std::filesystem::path& output) {
  std::string last;
  for_each_line(output, [&](const std::string& line) {
    if (line.find_first_not_of(" \t") != std::string::npos) last = line;
  });
  return last.substr(0, shown_bytes_max);
}

}  // namespace strata::tool::compare
