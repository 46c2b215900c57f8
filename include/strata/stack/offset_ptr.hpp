// A pointer that means the same in every process: an offset in a shared region.
//
//   struct queue { strata::offset_ptr<item> first; ... };   // lies in the region
//   item* const first = region.get(queue->first);           // nullptr unless it fits
//
// The region, which is mapped elsewhere in each process, makes a pointer of it and
// looks whether the object lies inside: what another process wrote cannot lead out.
#pragma once

#include <compare>
#include <cstdint>

namespace strata {

/// Trivially copyable, and fits into a lock-free atomic. The default points nowhere.
template <class T>
struct offset_ptr {
  std::uint64_t offset = 0;  ///< from the beginning of the region; 0: nowhere

  [[nodiscard]] explicit constexpr operator bool() const noexcept { return offset != 0; }
  [[nodiscard]] friend constexpr auto operator<=>(const offset_ptr&,
                                                  const offset_ptr&) noexcept = default;
};

}  // namespace strata
