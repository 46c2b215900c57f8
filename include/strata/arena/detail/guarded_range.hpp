// A range between guards, as the handler of guard hits knows it.
// Not for programs.
#pragma once

#include <cstddef>

namespace strata::detail {

/// A fault whose address lies in a guarded range.
struct guard_hit {
  const void* address;
  const void* instruction;    ///< that touched it; nullptr: unknown
  const void* stack_pointer;  ///< of the code that did; nullptr: unknown
};

//     low      begin              end      high
//     | guard  |  usable           |  guard |
struct guarded_range {
  const char* kind;  ///< "bump region"
  const char* name;
  const std::byte* low;
  const std::byte* begin;
  const std::byte* end;
  const std::byte* high;
  /// Says what happened, anywhere between low and high, and lets the fault take its
  /// course. nullptr: a hit of one of the two guards ends the program with a diagnosis.
  void (*explain)(const guarded_range& range, const guard_hit& hit) noexcept = nullptr;
  guarded_range* previous = nullptr;
  guarded_range* next = nullptr;
};

/// Effects: makes the range known until it is withdrawn.
void announce(guarded_range& range) noexcept;
void withdraw(guarded_range& range) noexcept;

}  // namespace strata::detail
