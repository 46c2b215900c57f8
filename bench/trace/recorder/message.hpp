// One line on stderr, without allocating.
#pragma once

#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <initializer_list>

namespace strata::trace {

inline void say(std::initializer_list<const char*> parts) noexcept {
  std::array<char, 4608> line;
  std::size_t length = 0;
  const auto add = [&](const char* part) {
    const std::size_t count = std::strlen(part);
    if (length + count > line.size()) return;
    std::memcpy(line.data() + length, part, count);
    length += count;
  };
  add("strata_trace: ");
  for (const char* part : parts) add(part);
  add("\n");
  static_cast<void>(::write(STDERR_FILENO, line.data(), length) == 0);
}

}  // namespace strata::trace
