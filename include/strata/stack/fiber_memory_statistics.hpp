// The memory of fibers at one moment: stacks, arenas and messages in one snapshot, and
// three ways to write it.
//
//   strata::write_text(std::cerr, memory.statistics());
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string_view>

#include <strata/stack/band_statistics.hpp>
#include <strata/stack/stack_statistics.hpp>

namespace strata {

/// Known without asking the system. With other threads about, the parts are of moments
/// shortly after each other.
struct fiber_memory_statistics {
  std::string_view name;         ///< valid as long as the memory
  std::size_t held_bytes = 0;    ///< charged to the account: in use and idle
  std::size_t peak_bytes = 0;    ///< most that ever was held
  std::size_t limit = SIZE_MAX;  ///< of what is held; SIZE_MAX: none
  stack_pool_statistics stacks;
  bands_statistics arenas;
  bands_statistics messages;

  /// Returns: how many bytes of what is held are in use.
  [[nodiscard]] std::size_t active_bytes() const noexcept;
  /// Returns: how many requests were refused.
  [[nodiscard]] std::uint64_t refused() const noexcept {
    return stacks.refused + arenas.refused + messages.refused;
  }
  /// Returns: the share of the held memory that is not in use; 0 when none is held.
  [[nodiscard]] double fragmentation() const noexcept;
};

/// Returns: a stack pool's figures as those of one band; groups are its reservations.
[[nodiscard]] band_statistics as_band(const stack_pool_statistics& of) noexcept;

/// Effects: writes the totals, and a table with a line for the stacks, and for each band
///   that was ever used.
/// Throws: what the stream throws, as all of these.
/// Returns: `out`, as all of these.
std::ostream& write_text(std::ostream& out, const fiber_memory_statistics& figures);

/// Effects: writes one line with the totals.
std::ostream& write_line(std::ostream& out, const fiber_memory_statistics& figures);

/// Effects: writes one JSON object, with all bands.
std::ostream& write_json(std::ostream& out, const fiber_memory_statistics& figures);

}  // namespace strata
