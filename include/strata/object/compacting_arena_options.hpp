// What a compacting arena is made from, and what it says about itself. All sizes are
// bytes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>

#include <strata/account/account.hpp>

namespace strata {

/// Every member may be left out.
struct compacting_arena_options {
  std::string_view name = {};       ///< in refusals, and of its account; cut to 63 bytes
  std::size_t limit = SIZE_MAX;     ///< of its account; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
  /// Where chunks come from; nullptr: pages of its own. Over an upstream no account is
  /// charged unless a name or a limit was given; then the same bytes stand in both.
  std::pmr::memory_resource* upstream = nullptr;

  /// Of each chunk; from 4 KiB to 1 GiB, and rounded up to a multiple of 64. Objects
  /// above an eighth of it get memory of their own and never move, so that no step
  /// has much to copy.
  std::size_t chunk_bytes = std::size_t{256} << 10;
};

/// What chunks hold, at one moment: reserved = used + free + overhead.
struct moving_memory {
  std::size_t reserved = 0;  ///< chunks that were taken from pages or the upstream
  std::size_t used = 0;      ///< objects, with 16 bytes before each
  std::size_t free = 0;      ///< holes between them, and what was not used yet
  std::size_t overhead = 0;  ///< heads of chunks

  /// Returns: the part of the chunks that is free, from 0 to 1.
  [[nodiscard]] double fragmentation() const noexcept {
    return reserved == 0 ? 0.0 : static_cast<double>(free) / static_cast<double>(reserved);
  }
};

struct compacting_arena_statistics {
  std::size_t objects = 0;        ///< alive
  std::size_t pinned = 0;         ///< pins that are held
  moving_memory now;              ///< without large objects
  moving_memory before;           ///< when the last finished pass began
  moving_memory after;            ///< when it ended
  std::size_t large_objects = 0;  ///< with memory of their own
  std::size_t large_bytes = 0;    ///< of that memory
  std::uint64_t passes = 0;       ///< that were finished
  std::uint64_t steps = 0;
  std::uint64_t moved_objects = 0;
  std::uint64_t moved_bytes = 0;
  std::uint64_t returned_chunks = 0;           ///< by passes
  std::size_t largest_step = 0;                ///< in bytes of work; see compact_step
  std::chrono::nanoseconds longest_step = {};  ///< in time
};

/// What one step did.
struct compaction_progress {
  bool finished = false;        ///< the pass ended with this step
  std::size_t work = 0;         ///< in bytes: copied, and 64 for each block or hole met
  std::size_t moved_bytes = 0;  ///< copied
};

}  // namespace strata
