// The load under which calls are timed: each thread keeps a table of live blocks
// and replaces one at random, over and over, so lifetimes are random too. Sizes are
// mostly small and reach 64 KiB. Some blocks die on another thread: they pass
// through a board that all threads share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "latency/latency_histogram.hpp"

namespace strata::bench {

struct load_options {
  unsigned threads = 2;
  std::uint64_t operations = 2'000'000;  // replacements, per thread
  std::size_t live = 10'000;             // blocks in each thread's table
  unsigned crossing_percent = 20;        // replacements that go through the board
  std::uint64_t seed = 1;
};

// What is timed. `nothing` is two readings of the clock around no work, taken as
// often as the calls: what it shows beyond its median is the machine's doing.
enum class timed : std::uint8_t { nothing, allocation, own_free, crossing_free, first_touch };
inline constexpr std::size_t timed_count = 5;

using latencies = std::array<latency_histogram, timed_count>;  // in ticks

// Runs the load and returns what all threads saw. Throws std::runtime_error when a
// block lost its contents or memory was refused.
[[nodiscard]] latencies run_load(const load_options& options);

}  // namespace strata::bench
