// Numbers and names in reports; see strata/base/detail/figure_text.hpp.
#include <strata/base/detail/figure_text.hpp>

#include <array>
#include <cmath>
#include <cstdio>

namespace strata::detail {

std::string decimal(std::uint64_t value) { return std::to_string(value); }

std::string four_digits(double share) {
  const auto parts = static_cast<unsigned>(std::lround(share * 10000));
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), "%u.%04u", parts / 10000, parts % 10000);
  return text.data();
}

// Control characters, quotes and backslashes must not stand in a JSON string.
std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escape{};
      (void)std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
      out += escape.data();
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace strata::detail
