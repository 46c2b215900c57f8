// A trace as instructions for a replay: 16 bytes per call, nothing to look up.
//
// A block lives in a slot while it lives. Each slot has a turn that counts what
// became of its blocks: an allocation waits for the turn the plan gives, and makes
// it one more; so do reallocations and frees. That is the only order between
// threads that the replay keeps: a free waits until its block exists, and nothing
// else waits. A slot is used again by the thread that freed it only, so using it
// again needs no waiting.
//
// Streams that did not overlap in time share a lane: the second one's thread starts
// when the first one's ends, as in the program. Waiting always ends, because each
// call waits only for calls with smaller sequence numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

#include "trace/history.hpp"

namespace strata::trace {

class planned_call {
 public:
  constexpr planned_call(const step& what, std::uint32_t slot, std::uint32_t turn) noexcept
      : packed_(what.size << 16 | std::uint64_t{detail_of(what)} << 8 |
                static_cast<std::uint64_t>(what.kind)),
        slot_(slot),
        turn_(turn) {}

  [[nodiscard]] constexpr step_kind kind() const noexcept {
    return static_cast<step_kind>(packed_ & 0xFF);
  }
  // Requested; for free, of the block that dies. At most 2^47.
  [[nodiscard]] constexpr std::uint64_t size() const noexcept { return packed_ >> 16; }
  [[nodiscard]] constexpr unsigned alignment_log2() const noexcept { return detail(); }
  // Whether the block that is reallocated had bytes.
  [[nodiscard]] constexpr bool had_bytes() const noexcept { return detail() != 0; }
  [[nodiscard]] constexpr std::uint32_t slot() const noexcept { return slot_; }
  // Of the slot, before the call.
  [[nodiscard]] constexpr std::uint32_t turn() const noexcept { return turn_; }

 private:
  static constexpr std::uint8_t detail_of(const step& what) noexcept {
    if (what.kind == step_kind::realloc) return what.old_size != 0 ? 1 : 0;
    return what.alignment_log2;
  }

  [[nodiscard]] constexpr unsigned detail() const noexcept { return (packed_ >> 8) & 0xFF; }

  std::uint64_t packed_;  // size, detail, kind
  std::uint32_t slot_;
  std::uint32_t turn_;
};
static_assert(sizeof(planned_call) == 16);

inline constexpr std::size_t no_stream = static_cast<std::size_t>(-1);

// The calls of one thread.
struct planned_stream {
  std::pmr::vector<planned_call> calls;
  std::uint64_t first = 0;  // sequence numbers
  std::uint64_t last = 0;
  std::size_t next = no_stream;  // in the same lane
};

struct replay_plan {
  std::pmr::vector<planned_stream> streams;
  std::pmr::vector<std::size_t> lanes;  // the first stream of each
  std::size_t slots = 0;
  std::uint64_t calls = 0;
  oddities odd;
};

// With `threads`, one stream for each thread; without, one for all.
[[nodiscard]] replay_plan make_plan(const recorded_trace& trace, bool threads,
                                    std::pmr::memory_resource* memory);

}  // namespace strata::trace
