// What is known of memory in size bands, each band by itself and all together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace strata {

/// How many bands there can be: from one size to 32 768 times as much.
inline constexpr std::size_t bands_max = 16;

/// One band at one moment.
struct band_statistics {
  std::size_t bytes = 0;         ///< of the band: of a fiber's first chunk, of a message; 0: apart
  std::size_t active = 0;        ///< blocks in use
  std::size_t idle = 0;          ///< blocks that wait, ready for use
  std::size_t peak = 0;          ///< most blocks that ever were in use at once
  std::size_t groups = 0;        ///< pieces of memory that blocks are cut from
  std::size_t active_bytes = 0;  ///< of the blocks in use, with their heads
  std::size_t held_bytes = 0;    ///< of the groups
  std::uint64_t opened = 0;      ///< groups that came
  std::uint64_t returned = 0;    ///< groups that went back

  /// Returns: the share of the held memory that is not in use; 0 when none is held.
  [[nodiscard]] double fragmentation() const noexcept {
    if (held_bytes == 0) return 0;
    return 1 - static_cast<double>(active_bytes) / static_cast<double>(held_bytes);
  }
};

/// All bands of a fiber_arenas or a message_pool, from the smallest, and then what is
/// larger than any of them and stands apart.
struct bands_statistics {
  std::string_view name;      ///< valid as long as the pool
  std::size_t active = 0;     ///< arenas or messages that were handed out
  std::size_t peak = 0;       ///< most that ever were at once
  std::uint64_t refused = 0;  ///< arenas or messages that were refused
  std::size_t count = 0;      ///< of bands
  std::array<band_statistics, bands_max> each{};
  band_statistics apart{};

  [[nodiscard]] std::span<const band_statistics> bands() const noexcept {
    return {each.data(), count};
  }
  /// Returns: the sum over all, apart included; `bytes` is 0, and the peak that of
  ///   the sums of peaks.
  [[nodiscard]] band_statistics total() const noexcept;
};

}  // namespace strata
