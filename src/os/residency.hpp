// How much of a range is in memory. Not in the malloc core.
#pragma once

#include <cstddef>

namespace strata::os {

struct residency {
  std::size_t bytes;  // of pages in memory
  std::size_t depth;  // from the lowest such page to the end of the range
};

// The range is of whole pages. All of it when the system does not say. Pages that
// were swapped out count as untouched.
[[nodiscard]] residency residency_of(const void* range, std::size_t bytes) noexcept;

}  // namespace strata::os
