// The sizes and lifetimes of a trace: what size classes are fitted to.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "trace/history.hpp"

namespace strata::trace {

// Blocks of one requested size. A reallocation ends one such life and begins another.
struct size_profile {
  std::uint64_t blocks = 0;
  std::uint64_t live_at_peak = 0;  // when most bytes were requested and not yet freed
  std::uint64_t never_freed = 0;
  std::array<std::uint64_t, 64> lifetimes{};  // [i]: of 2^i calls up to twice that

  void add(const size_profile& other) noexcept;

  // Calls of the process in the life of the block in the middle, rounded down to a
  // power of two; 0 when none was freed.
  [[nodiscard]] std::uint64_t median_lifetime() const noexcept;
};

struct trace_profile {
  std::map<std::uint64_t, size_profile> sizes;
  std::map<std::string, std::uint64_t> calls;  // by name
  std::uint64_t peak_bytes = 0;                // requested
  std::uint64_t peak_sequence = 0;
  oddities odd;
};

[[nodiscard]] trace_profile make_profile(const recorded_trace& trace,
                                         std::pmr::memory_resource* memory);

}  // namespace strata::trace
