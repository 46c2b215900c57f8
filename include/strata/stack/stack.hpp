// One stack for a fiber, as a stack pool hands it out.
#pragma once

#include <cstddef>

namespace strata {

/// A range of memory that a fiber may run on, downward from top().
///
///      base                         top()
///   | guard |  size                   |  ...  | guard |
///   guard_low                                 guard_high
///
/// Between top() and the guard above lie at most a few hundred bytes of the pool.
struct stack {
  void* base = nullptr;        ///< its lowest address, a multiple of 64
  std::size_t size = 0;        ///< bytes that may be used
  std::size_t guard_low = 0;   ///< bytes below base that fault when touched
  std::size_t guard_high = 0;  ///< bytes above that fault when touched

  /// Returns: where the stack pointer begins; a multiple of 16.
  [[nodiscard]] void* top() const noexcept { return static_cast<std::byte*>(base) + size; }

  /// Returns: whether there is a stack.
  [[nodiscard]] explicit operator bool() const noexcept { return base != nullptr; }

  [[nodiscard]] friend bool operator==(const stack&, const stack&) noexcept = default;
};

}  // namespace strata
