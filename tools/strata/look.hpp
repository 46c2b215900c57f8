// How text may look where it is shown: with colours, with characters beyond
// ASCII, or plain.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace strata::tool {

struct look {
  bool colours = false;
  bool unicode = false;

  [[nodiscard]] std::string strong(std::string_view text) const;
  [[nodiscard]] std::string faint(std::string_view text) const;
  [[nodiscard]] std::string alarming(std::string_view text) const;

  // A bar of at most `width` columns that shows part / whole.
  [[nodiscard]] std::string bar(std::uint64_t part, std::uint64_t whole, std::size_t width) const;
};

// What suits a file descriptor: colours on terminals unless NO_COLOR is set,
// unicode where the locale is UTF-8.
[[nodiscard]] look look_of(int descriptor);

}  // namespace strata::tool
