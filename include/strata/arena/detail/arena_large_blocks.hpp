// The blocks of an arena that have memory of their own, and the memory of those that
// ended, which serves the next ones: pages that somebody touched cost no faults.
//
//   live   -> [block    |head] -> [block |head] -> ...   newest first
//   spare  -> [         |head] -> [      |head] -> ...   ended last first
//
// Spare ranges are bounded by their number, by the option large_bytes_kept, and, with
// the live ones, by half as much again as ever lived at once: so a block that is
// replaced by a larger one, again and again, leaves behind a part of what it takes.
//
// Not for programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <strata/arena/arena_options.hpp>
#include <strata/arena/detail/arena_source.hpp>

namespace strata::detail {

struct arena_large;

class arena_large_blocks {
 public:
  arena_large_blocks(arena_source& source, const arena_options& options) noexcept;

  /// Returns: a block; nullptr when refused.
  [[nodiscard]] void* take(std::size_t bytes, std::size_t alignment) noexcept;

  /// Effects: ends the block if it is among the newest that live. The program ends with
  ///   a diagnosis when it ended before and its range is spare.
  /// Returns: whether it was.
  bool end(const void* block) noexcept;
  /// Effects: ends the blocks of after `serial`.
  void end_younger_than(std::uint64_t serial) noexcept;

  /// Effects: gives back each spare range that, after those that ended later and stay, is
  ///   beyond so many bytes.
  /// Returns: how many bytes went.
  std::size_t keep_spare(std::size_t bytes) noexcept;

  /// Effects: begins a round. Requires: no block lives.
  void begin_round() noexcept;
  /// Effects: gives back what is beyond the bytes that rounds needed: those that the last
  ///   one used, or an eighth less than at the start of that one, whichever is more.
  ///   A range that is in part beyond stays, ended last first.
  void keep_recent() noexcept;

  /// Returns: the usable bytes of a block that is among the newest, else 0.
  [[nodiscard]] std::size_t usable(const void* block) const noexcept;
  /// Returns: the usable bytes of all that live.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// Returns: of the youngest block so far; the younger, the higher.
  [[nodiscard]] std::uint64_t serial() const noexcept { return serial_; }

  [[nodiscard]] bool owns(const void* address) const noexcept;
  void add_to(arena_statistics& figures) const noexcept;

 private:
  [[nodiscard]] arena_large** find(const void* block) const noexcept;
  [[nodiscard]] arena_large* take_spare(std::size_t bytes, std::size_t alignment) noexcept;
  [[nodiscard]] arena_large* take_new(std::size_t bytes, std::size_t alignment) noexcept;
  void end_at(arena_large*& link) noexcept;
  void trim() noexcept;
  void give_back(arena_large*& link) noexcept;

  arena_source& source_;
  arena_large* live_ = nullptr;
  arena_large* spare_ = nullptr;
  std::size_t bytes_ = 0;      // usable ones of live blocks
  std::size_t live_held_ = 0;  // those of their ranges
  std::size_t peak_held_ = 0;  // the most of these
  std::size_t recent_ = 0;     // what rounds needed
  std::size_t kept_max_;
  std::uint64_t serial_ = 0;
  std::uint64_t round_serial_ = 0;  // what is younger was used in this round
};

}  // namespace strata::detail
