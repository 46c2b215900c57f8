// What an arena is made from, what it keeps at a reset, and what it says about
// itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>

#include <strata/account/account.hpp>

namespace strata {

/// Told about a range of memory; see arena_options. It must not use the arena.
using arena_range_callback = void(void* context, void* begin, std::size_t bytes) noexcept;

/// What an arena is made from; every member may be left out.
struct arena_options {
  std::string_view name = {};       ///< in refusals, and of its account; cut to 63 bytes
  std::size_t limit = SIZE_MAX;     ///< of its account; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
  /// Where chunks come from; nullptr: pages of its own. Without name, limit and
  /// parent the arena has no account: pages are then charged to the one of
  /// shared_pages(), and an upstream charges what it charges. Over an upstream
  /// that charges as well, the same bytes stand in both accounts.
  std::pmr::memory_resource* upstream = nullptr;
  /// False: no account, and the name is for refusals only; limit and parent are then not
  /// looked at. For arenas whose upstream charges an account that they share.
  bool accounted = true;

  /// Of the first chunk. Each one after it is twice as large as the one before,
  /// up to `chunk_bytes_max`.
  std::size_t chunk_bytes = std::size_t{64} << 10;
  std::size_t chunk_bytes_max = std::size_t{4} << 20;

  /// The memory of large blocks that ended serves the next ones: at most so many bytes
  /// of it are kept, of the last 16, and with what lives no more than half as much again
  /// as ever lived at once; 0: each goes back at once. Without a number 32 MiB of pages,
  /// and nothing over an upstream, which knows best what to keep.
  std::optional<std::size_t> large_bytes_kept = {};

  /// Called with each range that comes, and each that goes, if not nullptr: for
  /// collectors that scan it, for registration with a device.
  arena_range_callback* range_added = nullptr;
  arena_range_callback* range_removed = nullptr;
  void* range_context = nullptr;
};

/// What a reset keeps for what comes next, in bytes: the oldest chunks, which are the
/// smallest, and then memory of large blocks, that used last first. Of large blocks never
/// more than arena_options::large_bytes_kept allows.
class arena_keep {
 public:
  [[nodiscard]] static constexpr arena_keep all() noexcept { return arena_keep(SIZE_MAX); }
  [[nodiscard]] static constexpr arena_keep none() noexcept { return arena_keep(0); }
  /// At most so many bytes.
  [[nodiscard]] static constexpr arena_keep up_to(std::size_t bytes) noexcept {
    return arena_keep(bytes);
  }
  /// As many as the rounds between the last resets needed: the most since the
  /// last one, or an eighth less than at the last one, whichever is more; of large
  /// blocks by themselves.
  [[nodiscard]] static constexpr arena_keep recent_peak() noexcept { return arena_keep(0, true); }

  [[nodiscard]] constexpr std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] constexpr bool is_recent_peak() const noexcept { return recent_peak_; }

 private:
  constexpr explicit arena_keep(std::size_t bytes, bool recent_peak = false) noexcept
      : bytes_(bytes), recent_peak_(recent_peak) {}

  std::size_t bytes_;
  bool recent_peak_;
};

/// What an arena holds at one moment, in bytes. The parts add up:
///   reserved = allocated + abandoned + remaining + spare + overhead
struct arena_statistics {
  std::size_t reserved;      ///< taken from pages or the upstream
  std::size_t allocated;     ///< blocks, with what they are rounded up to
  std::size_t abandoned;     ///< tails of chunks that were left for the next one
  std::size_t remaining;     ///< free in the current chunk
  std::size_t spare;         ///< kept chunks, and memory of large blocks, that wait
  std::size_t overhead;      ///< the arena's own bookkeeping in them
  std::size_t peak;          ///< the most `allocated` so far
  std::size_t chunks;        ///< how many, spare ones included
  std::size_t large_blocks;  ///< how many blocks have memory of their own
  std::size_t large_spare;   ///< how many blocks had, whose memory waits for others
};

}  // namespace strata
