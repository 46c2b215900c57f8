// Where things lie in a group of stacks, in numbers. Adjacent stacks share a guard,
// the one above the lower being the one below the upper:
//
//   | guard | stack 0 | guard | stack 1 | guard | ... | stack n-1 | guard |
//
// and a stack is, from its lowest address:
//
//   | canary, if any | usable, downward from top | header, name | colour: some lines |
#pragma once

#include <strata/stack/detail/idle_stacks.hpp>
#include <strata/stack/stack_options.hpp>

#include <algorithm>
#include <cstddef>

#include "base/base.hpp"

namespace strata::core {

struct stack_layout {
  static constexpr std::size_t canary_bytes_wanted = 64;
  static constexpr std::size_t colour_bytes = 256;
  static constexpr std::size_t colours_max = 16;  // in half of the smallest page
  static constexpr std::size_t group_bytes_max = 64 * base::mib;
  static constexpr std::size_t group_stacks_max = 65'535;  // an index is 16 bits

  stack_layout(const stack_pool_options& options, std::size_t page_bytes) noexcept
      : stack_bytes(base::align_up(options.stack_bytes, page_bytes)),
        guard_bytes(options.guard_pages * page_bytes),
        canary_bytes(options.canary ? canary_bytes_wanted : 0),
        colours(options.colours),
        prefault_bytes(std::min(base::align_up(options.prefault, page_bytes), stack_bytes)),
        group_stacks(std::clamp<std::size_t>(group_bytes_max / stride(), 1, options.group_stacks)) {
  }

  [[nodiscard]] std::size_t stride() const noexcept { return stack_bytes + guard_bytes; }

  [[nodiscard]] std::size_t group_bytes(std::size_t stacks) const noexcept {
    return stacks * stride() + guard_bytes;
  }

  // From the end of a stack down to its top. Libraries of fibers put a record at the
  // multiple of 256 below the top (Boost.Context does). Of the first eight colours the
  // header ends 128 bytes above such a multiple: a record of up to 112 bytes is in the
  // same pair of lines. The others lie 64 bytes beside them.
  [[nodiscard]] std::size_t above_top(std::size_t index) const noexcept {
    constexpr std::size_t of_first = 128 + detail::stack_header::bytes;
    constexpr std::size_t of_others = detail::stack_header::all_bytes;
    static_assert(of_others == of_first - 64);
    constexpr std::size_t apart = colours_max / 2;
    const std::size_t colour = index % colours;
    return colour % apart * colour_bytes + (colour < apart ? of_first : of_others);
  }

  [[nodiscard]] std::size_t usable_bytes(std::size_t index) const noexcept {
    return stack_bytes - above_top(index) - canary_bytes;
  }

  std::size_t stack_bytes;
  std::size_t guard_bytes;  // on each side
  std::size_t canary_bytes;
  std::size_t colours;
  std::size_t prefault_bytes;
  std::size_t group_stacks;
};

}  // namespace strata::core
