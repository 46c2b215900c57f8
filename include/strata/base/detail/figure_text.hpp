// Numbers and names in reports, whatever the stream's flags and the locale's grouping
// are. Not for programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace strata::detail {

[[nodiscard]] std::string decimal(std::uint64_t value);

/// Returns: "0.1234".
[[nodiscard]] std::string four_digits(double share);

/// Returns: the text as a JSON string, with its quotes.
[[nodiscard]] std::string json_quoted(std::string_view text);

}  // namespace strata::detail
