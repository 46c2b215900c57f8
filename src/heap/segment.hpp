// Tier 2: the segment, a word of granules that one heap owns, cut into slabs.
//
//   owned   granules that belong to this segment (all 64, unless memory was
//           so short that only the rest of a word could be had)
//   free    granules in which no slab lies
//   dirty   of the free ones, those with pages that may still be resident and
//           need not hold zeros; the others are clean
//
// All under the heap's lock.
#pragma once

#include <cstddef>

#include "heap/slab.hpp"

namespace strata::core {

struct alignas(64) segment {
  void* heap = nullptr;
  base::word owned = 0;
  base::word free = 0;
  base::word dirty = 0;
  base::list_links<segment> links{};

  [[nodiscard]] bool empty() const noexcept { return free == owned; }

  // True when the bitmaps agree with each other.
  [[nodiscard]] bool invariant() const noexcept {
    return (free & ~owned) == 0 && (dirty & ~free) == 0 && (owned == 0) == (heap == nullptr);
  }
};

static_assert(sizeof(segment) == 64);

// Where a slab of `count` granules goes: on pages that are resident already if
// any run of them is long enough, for memory that is warm costs no fault.
// 64 when nothing fits.
[[nodiscard]] constexpr std::size_t choose_granules(const segment& from,
                                                    std::size_t count) noexcept {
  const std::size_t warm = base::find_run(from.dirty, count);
  return warm != base::word_bits ? warm : base::find_run(from.free, count);
}

}  // namespace strata::core
