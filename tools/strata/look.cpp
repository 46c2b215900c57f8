// Colours and bars. A bar is drawn in eighths of a column where the eight block
// characters exist, in whole columns elsewhere.
#include "look.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace strata::tool {
namespace {

std::string wrapped(bool colours, const char* code, std::string_view text) {
  return colours ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

bool is_set(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const set = std::getenv(name);
    if (set == nullptr || *set == '\0') continue;
    std::string value = set;
    std::ranges::transform(value, value.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

std::string look::strong(std::string_view text) const { return wrapped(colours, "1", text); }
std::string look::faint(std::string_view text) const { return wrapped(colours, "2", text); }
std::string look::alarming(std::string_view text) const { return wrapped(colours, "31", text); }

std::string look::bar(std::uint64_t part, std::uint64_t whole, std::size_t width) const {
  if (whole == 0) return {};
  const double share = std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
  const double columns = share * static_cast<double>(width);
  std::string drawn;
  if (!unicode) {
    drawn.append(static_cast<std::size_t>(std::lround(columns)), '#');
    return drawn;
  }
  static constexpr std::array eighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto total = static_cast<std::size_t>(std::lround(columns * 8));
  for (std::size_t column = 0; column < total / 8; ++column) drawn += "█";
  return drawn + eighths[total % 8];
}

look look_of(int descriptor) {
  return {.colours = ::isatty(descriptor) == 1 && !is_set("NO_COLOR"), .unicode = locale_is_utf8()};
}

}  // namespace strata::tool
