// What a pool did so far: the policy that counts, the figures, and four ways to
// write them.
//
//   strata::growing_pool<job, strata::with_statistics> jobs({.name = "jobs"});
//   strata::write_line(std::cerr, jobs.statistics());
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string_view>

namespace strata {

/// Policy of a pool: it counts. Costs one instruction an allocation, three with another
/// slot strategy than the default, and none a release.
struct with_statistics {};

/// The figures of one pool at one moment.
struct pool_statistics {
  std::string_view name;          ///< valid as long as the pool
  std::uint64_t allocations = 0;  ///< objects handed out
  std::uint64_t releases = 0;     ///< objects taken back
  std::uint64_t growths = 0;      ///< times the pool got more slots
  std::uint64_t fallbacks = 0;    ///< objects that heap_fallback served
  std::uint64_t failures = 0;     ///< requests that were refused
  std::size_t in_use = 0;         ///< objects that live
  std::size_t peak = 0;           ///< most that ever lived, or were being made, at once
  std::size_t capacity = 0;       ///< slots
  std::size_t object_bytes = 0;   ///< of a slot
  std::size_t held_bytes = 0;     ///< of all slots and what belongs to them

  /// Returns: the share of requests that a free slot of the pool served at once,
  ///   without growing, falling back or failing; 1 before the first.
  [[nodiscard]] double hit_rate() const noexcept;
};

/// Effects: writes a table with a line for each figure.
/// Throws: what the stream throws, as all of these.
/// Returns: `out`, as all of these.
std::ostream& write_text(std::ostream& out, const pool_statistics& figures);

/// Effects: writes one line: "jobs: 12 of 64 in use, peak 40, ...".
std::ostream& write_line(std::ostream& out, const pool_statistics& figures);

/// Effects: writes a line "key=value" for each figure.
std::ostream& write_key_values(std::ostream& out, const pool_statistics& figures);

/// Effects: writes one JSON object.
std::ostream& write_json(std::ostream& out, const pool_statistics& figures);

namespace detail {

/// What a pool with the policy counts by itself; the rest it knows anyway.
struct pool_counters {
  std::uint64_t allocations = 0;
  std::uint64_t fallbacks = 0;
  std::uint64_t failures = 0;
  std::size_t peak = 0;

  void note_use(std::size_t in_use) noexcept {
    if (in_use > peak) peak = in_use;
  }
};

struct no_pool_counters {};

}  // namespace detail
}  // namespace strata
