// The figures of a stack pool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace strata {

/// What a stack pool knows without asking the system.
struct stack_pool_statistics {
  std::string_view name;        ///< valid as long as the pool
  std::size_t active = 0;       ///< stacks handed out
  std::size_t idle = 0;         ///< stacks that wait with their pages
  std::size_t peak = 0;         ///< most that ever were active at once
  std::size_t capacity = 0;     ///< stacks in all groups, those without pages included
  std::size_t groups = 0;       ///< reservations
  std::size_t mappings = 0;     ///< of the kernel, at most; it may merge neighbours
  std::size_t stack_bytes = 0;  ///< of each stack, its pages
  std::size_t held_bytes = 0;   ///< charged to the account: active and idle stacks
  std::size_t deepest = 0;      ///< of what was looked at: the most that a stack ever used
  std::uint64_t opened = 0;     ///< times a stack without pages was handed out
  std::uint64_t returned = 0;   ///< times a stack's pages went back to the system
  std::uint64_t refused = 0;    ///< requests for a stack that were refused
};

/// What is in memory now, by asking the system about each stack.
struct stack_pool_residency {
  std::size_t active_bytes = 0;  ///< of stacks handed out
  std::size_t idle_bytes = 0;    ///< of all others
  std::size_t deepest = 0;       ///< the most that one of them has used

  [[nodiscard]] std::size_t total_bytes() const noexcept { return active_bytes + idle_bytes; }
};

}  // namespace strata
