// Asks the processor for memory that an iteration over slots will come to. Not for
// programs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace strata::detail {

/// Effects: none that can be seen. Half of 10^6 slots of 48 bytes took a fifth less time
/// with it, because slots that are skipped make strides that no prefetcher foresees.
/// The distance is what a few dozen visits take; what lies there need not be mapped.
inline void prefetch_ahead(const std::byte* slot) noexcept {
  constexpr std::uintptr_t distance = 4096;
  __builtin_prefetch(
      reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(slot) + distance));
}

}  // namespace strata::detail
