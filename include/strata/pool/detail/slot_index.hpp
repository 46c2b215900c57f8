// Slots by number, and where the atomic objects come from that hand them out. Not
// for programs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace strata::detail {

using slot_index = std::uint32_t;
inline constexpr slot_index no_slot = UINT32_MAX;
inline constexpr slot_index counted_slot = UINT32_MAX - 1;  // during a census
inline constexpr std::size_t slots_at_most = UINT32_MAX - 2;

/// A test takes others, to run every interleaving of their operations.
struct std_atomics {
  static constexpr std::uint64_t tag_step = 1;  ///< a test takes 0, to see ABA happen
  template <class Value>
  using atomic = std::atomic<Value>;
  template <class Value>
  using own_atomic = std::atomic<Value>;  ///< stored by one thread; a test delays that
};

}  // namespace strata::detail
