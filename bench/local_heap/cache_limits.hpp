// How many free blocks of a class the caches of designs B and C hold: 16 KiB,
// but at least 64 and at most 256 blocks. Half of it moves at a time.
#pragma once

#include "local_heap/slab.hpp"

namespace strata::bench {

inline constexpr std::size_t cached_blocks_max = 256;

[[nodiscard]] constexpr std::size_t cache_limit(std::size_t size_class) noexcept {
  const std::size_t blocks = 16 * base::kib / (size_class * granule);
  return blocks < 64 ? 64 : blocks < cached_blocks_max ? blocks : cached_blocks_max;
}

}  // namespace strata::bench
