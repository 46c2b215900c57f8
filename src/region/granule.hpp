// The units in which tier 1 hands out address space.
//
//   granule   64 KiB: the unit of every run, one bit in a region's bitmap,
//             one record in the tables that describe what lies there
//   segment   64 granules, 4 MiB: one word of the bitmap, aligned to its size
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/base.hpp"

namespace strata::core {

inline constexpr std::size_t granule_shift = 16;
inline constexpr std::size_t granule_bytes = std::size_t{1} << granule_shift;
inline constexpr std::size_t segment_granules = base::word_bits;
inline constexpr std::size_t segment_shift = granule_shift + 6;
inline constexpr std::size_t segment_bytes = segment_granules * granule_bytes;

static_assert(segment_bytes == std::size_t{1} << segment_shift);

// Consecutive granules, counted from the start of the window.
struct granule_run {
  std::size_t first = 0;
  std::size_t count = 0;

  [[nodiscard]] constexpr explicit operator bool() const noexcept { return count != 0; }
  [[nodiscard]] constexpr std::size_t end() const noexcept { return first + count; }
  [[nodiscard]] constexpr std::size_t bytes() const noexcept { return count * granule_bytes; }
  [[nodiscard]] constexpr bool operator==(const granule_run&) const noexcept = default;
};

[[nodiscard]] constexpr std::size_t granules_for(std::size_t bytes) noexcept {
  return base::divide_up(bytes, granule_bytes);
}

}  // namespace strata::core
