// Does what a plan says, with this program's malloc, and measures it.
#pragma once

#include <cstdint>
#include <memory_resource>

#include "trace/plan.hpp"

namespace strata::trace {

// What is written into each new block, as its program would have.
enum class touch : std::uint8_t {
  none,
  ends,   // the first and the last byte
  pages,  // one byte in each page, and the last
  all,    // every byte
};

struct replay_result {
  double elapsed_seconds = 0;
  double user_seconds = 0;
  double system_seconds = 0;
  std::uint64_t page_faults = 0;
  std::uint64_t refused = 0;   // allocations
  std::uint64_t damaged = 0;   // blocks that lost what was written, or were not zero
  std::uint64_t checksum = 0;  // of what was read back; the same under every allocator
};

// The slots come from `memory`, so that the heap holds the program's blocks only.
[[nodiscard]] replay_result play(const replay_plan& plan, touch how,
                                 std::pmr::memory_resource* memory);

}  // namespace strata::trace
