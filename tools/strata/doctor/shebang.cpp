// Cuts a #! line into words.
#include "doctor/shebang.hpp"

#include <algorithm>
#include <sstream>

namespace strata::tool {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

std::optional<shebang> parse_shebang(std::string_view head) {
  if (!head.starts_with("#!")) return std::nullopt;
  // A byte of zero ends the line too: the kernel reads a C string.
  const std::size_t line_end = head.find_first_of(std::string_view("\n\0", 2));
  const std::string_view line = trimmed(head.substr(2, line_end - 2));
  const std::size_t end = std::min(line.find_first_of(blanks), line.size());
  return shebang{std::string(line.substr(0, end)), std::string(trimmed(line.substr(end)))};
}

std::string program_of_env(const std::string& argument) {
  std::istringstream words(argument);
  for (std::string word; words >> word;) {
    const bool option = word.starts_with('-');
    const bool assignment = word.find('=') != std::string::npos;
    if (!option && !assignment) return word;
    // These take a word of their own, or clean the environment: no guess.
    if (option && word != "-S" && word != "--split-string" && word != "-v") return {};
  }
  return {};
}

}  // namespace strata::tool
