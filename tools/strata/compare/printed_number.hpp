// The number that a program printed about itself.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace strata::tool::compare {

// Why `pattern` cannot serve: no regular expression, or not of one group. Empty when it can.
[[nodiscard]] std::string pattern_problem(const std::string& pattern);

// What the group matched in the last line of the file that has a match and where
// the group is a number. A carriage return ends a line too: programs show their
// progress with it.
[[nodiscard]] std::optional<double> printed_number(const std::filesystem::path& output,
                                                   const std::string& pattern);

// The last line that is not blank, shortened to what fits into a message.
[[nodiscard]] std::string last_line(const std::filesystem::path& output);

}  // namespace strata::tool::compare
