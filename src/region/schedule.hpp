// How regions grow: region i has initial << min(i / batch, shift_max) bytes, so
// small programs reserve little and large ones need few regions.
#pragma once

#include <algorithm>
#include <cstddef>

#include "region/granule.hpp"

namespace strata::core {

struct region_schedule {
  std::size_t initial = 16 * base::mib;
  std::size_t batch = 8;
  std::size_t shift_max = 6;

  [[nodiscard]] constexpr std::size_t bytes_of(std::size_t index) const noexcept {
    return initial << std::min(index / batch, shift_max);
  }

  // Zeros and odd sizes would never make progress.
  [[nodiscard]] constexpr bool valid() const noexcept {
    return initial != 0 && base::is_aligned(initial, segment_bytes) && batch != 0 &&
           shift_max < 32 && (initial << shift_max) >> shift_max == initial;
  }
};

}  // namespace strata::core
