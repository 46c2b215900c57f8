// What a trace says of each block: its events with numbers instead of addresses, and
// the two halves of a reallocation put together. A number names one block for ever.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "trace/trace_reader.hpp"

namespace strata::trace {

enum class step_kind : std::uint8_t { malloc, calloc, aligned, realloc, free, free_null };

struct step {
  step_kind kind;
  std::uint8_t alignment_log2;  // of aligned
  std::uint32_t thread;
  std::uint64_t sequence;
  std::uint64_t block;     // its number; a reallocated block keeps it
  std::uint64_t size;      // requested; of the block that dies for free
  std::uint64_t old_size;  // of realloc
};

// What the recorder could not see.
struct oddities {
  std::uint64_t unknown_frees = 0;  // of blocks from before the recording
  std::uint64_t missed_frees = 0;   // the address came again; the free is made up
};

[[nodiscard]] std::string_view name_of(step_kind kind) noexcept;

// Calls `follow` for each step, in order. Throws damaged_trace for sizes and
// alignments that no process can have asked for.
oddities follow_history(const recorded_trace& trace, std::pmr::memory_resource* memory,
                        const std::function<void(const step&)>& follow);

}  // namespace strata::trace
