// A snapshot taken apart into what a reader asks for. The parts add up to `held`,
// and `held` and the rest add up to what is resident.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "heap/snapshot.hpp"

namespace strata::tool {

struct part {
  std::string_view key;    // in JSON, without its unit
  std::string_view label;  // in text
  std::uint64_t bytes;
};

inline constexpr std::size_t part_count = 8;

// In the order of the report. `requested` and `class_rounding` split live_bytes by
// the ratio that was sampled; their sum is exact, the cut between them an estimate.
[[nodiscard]] std::array<part, part_count> parts_of_held(const core::snapshot& memory);

// held minus the sum of its parts: anything but 0 is a defect of the snapshot.
[[nodiscard]] std::int64_t unexplained_bytes(const core::snapshot& memory);

// resident minus held. Negative when pages are held that were never touched.
[[nodiscard]] std::int64_t rest_of_process_bytes(const core::snapshot& memory);

// A snapshot leaves class 0 out: it has no blocks.
[[nodiscard]] constexpr std::size_t class_number(std::size_t index_in_snapshot) {
  return index_in_snapshot + 1;
}

struct class_row {
  std::size_t number;  // as `strata classes` counts
  const core::class_snapshot* figures;
  std::uint64_t live_bytes;
};

// Classes with live blocks, largest first.
[[nodiscard]] std::vector<class_row> classes_by_live_bytes(const core::snapshot& memory);

// Allocations that a thread's list served without a refill, of about how many.
struct hit_rate {
  std::uint64_t hits;
  std::uint64_t requests;
};

// Refills that neither the active slab nor the queue served: with blocks that
// were never used before.
[[nodiscard]] std::uint64_t refills_from_fresh(const core::snapshot& memory);

[[nodiscard]] hit_rate thread_cache_hits(const core::snapshot& memory);

}  // namespace strata::tool
