// Arithmetic on a snapshot; unsigned differences are taken as signed ones, since
// the figures were read one after another while threads may have been running.
#include "breakdown.hpp"

#include <algorithm>
#include <numeric>

namespace strata::tool {
namespace {

std::int64_t difference(std::uint64_t left, std::uint64_t right) {
  return static_cast<std::int64_t>(left - right);
}

// All of it when nothing was sampled: then nothing is known about rounding.
std::uint64_t estimate_requested(const core::snapshot& memory) {
  if (memory.sampled_blocks == 0) return memory.live_bytes;
  const double ratio =
      static_cast<double>(memory.sampled_requests) / static_cast<double>(memory.sampled_blocks);
  const double requested = static_cast<double>(memory.live_bytes) * std::min(ratio, 1.0);
  return std::min(static_cast<std::uint64_t>(requested), memory.live_bytes);
}

std::uint64_t class_count(const core::snapshot& memory) {
  return std::min<std::uint64_t>(memory.class_count, core::snapshot::class_capacity);
}

}  // namespace

std::array<part, part_count> parts_of_held(const core::snapshot& memory) {
  const std::uint64_t requested = estimate_requested(memory);
  return {{
      {"requested_estimate", "requested by the program (estimate)", requested},
      {"class_rounding_estimate", "rounding to size classes (estimate)",
       memory.live_bytes - requested},
      {"large_live", "large blocks in use", memory.large_live},
      {"partial_slabs", "free blocks in partial slabs", memory.partial_slabs},
      {"thread_caches", "free blocks in thread caches", memory.thread_caches},
      {"large_cache", "large blocks kept for reuse", memory.large_cache},
      {"retained", "empty slabs not yet returned", memory.retained},
      {"metadata", "metadata of strata", memory.metadata},
  }};
}

std::int64_t unexplained_bytes(const core::snapshot& memory) {
  const auto parts = parts_of_held(memory);
  const std::uint64_t sum =
      std::accumulate(parts.begin(), parts.end(), std::uint64_t{0},
                      [](std::uint64_t total, const part& each) { return total + each.bytes; });
  return difference(memory.held, sum);
}

std::int64_t rest_of_process_bytes(const core::snapshot& memory) {
  return difference(memory.resident, memory.held);
}

std::vector<class_row> classes_by_live_bytes(const core::snapshot& memory) {
  std::vector<class_row> rows;
  for (std::size_t index = 0; index < class_count(memory); ++index) {
    const core::class_snapshot& figures = memory.classes[index];
    if (figures.live_blocks == 0) continue;
    rows.push_back({class_number(index), &figures, figures.live_blocks * figures.block_size});
  }
  std::ranges::stable_sort(rows, std::ranges::greater{}, &class_row::live_bytes);
  return rows;
}

std::uint64_t refills_from_fresh(const core::snapshot& memory) {
  const std::uint64_t reused = memory.refills_from_active + memory.refills_from_queue;
  return memory.refills - std::min(reused, memory.refills);
}

hit_rate thread_cache_hits(const core::snapshot& memory) {
  std::uint64_t requests = 0;
  for (std::size_t index = 0; index < class_count(memory); ++index) {
    requests += memory.classes[index].refilled_blocks;
  }
  return {requests - std::min(memory.refills, requests), requests};
}

}  // namespace strata::tool
