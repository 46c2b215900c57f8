// The tree of accounts as text. Part of the C++ library, not of the malloc core.
//
//   account                            usage         peak        limit   refusals
//   process                         12.3 MiB     14.0 MiB            -          0
//     cache                          8.0 MiB      8.0 MiB     16.0 MiB          2
#include <algorithm>
#include <array>
#include <cstdint>
#include <ostream>
#include <string>

#include <strata/account/account.hpp>

namespace strata {
namespace {

constexpr std::size_t name_width = 32;
constexpr std::size_t number_width = 13;

std::string with_unit(std::size_t bytes) {
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  std::size_t unit = 0;
  for (; bytes >= std::size_t{1024} * 1024 && unit + 1 < units.size(); ++unit) bytes /= 1024;
  const std::size_t tenths = bytes % 1024 * 10 / 1024;
  return std::to_string(bytes / 1024) + "." + std::to_string(tenths) + " " + units[unit];
}

// Characters of UTF-8 text, so that columns stay aligned.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string padded_after(std::string text, std::size_t width) {
  const std::size_t used = width_of(text);
  return used < width ? text.append(width - used, ' ') : text;
}

std::string padded_before(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : ' ' + text;
}

// One account stays one line, whatever its name holds.
std::string printable(std::string_view name) {
  std::string text(name.empty() ? "(unnamed)" : name);
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text;
}

std::string line_of(const account_info& info) {
  const std::string indent(2 * info.depth, ' ');
  return padded_after(indent + printable(info.name), name_width) +
         padded_before(with_unit(info.usage), number_width) +
         padded_before(with_unit(info.peak), number_width) +
         padded_before(info.limit == SIZE_MAX ? "-" : with_unit(info.limit), number_width) +
         padded_before(std::to_string(info.refusals), number_width) + '\n';
}

}  // namespace

std::ostream& account_report(std::ostream& out) {
  out << padded_after("account", name_width);
  for (const char* column : {"usage", "peak", "limit", "refusals"}) {
    out << padded_before(column, number_width);
  }
  out << '\n';
  visit_accounts([&](const account_info& info) { out << line_of(info); });
  return out;
}

}  // namespace strata
