// A range between guards, as the handler of guard hits knows it.
// Not for programs.
#pragma once

#include <cstddef>

namespace strata::detail {

//     low      begin              end      high
//     | guard  |  usable           |  guard |
struct guarded_range {
  const char* kind;  ///< "bump region"
  const char* name;
  const std::byte* low;
  const std::byte* begin;
  const std::byte* end;
  const std::byte* high;
  guarded_range* previous = nullptr;
  guarded_range* next = nullptr;
};

/// Effects: makes the range known until it is withdrawn.
void announce(guarded_range& range) noexcept;
void withdraw(guarded_range& range) noexcept;

}  // namespace strata::detail
