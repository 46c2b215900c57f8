// The call stacks that strata::checked has seen, each stored once, with the
// live blocks that it allocated: so a leak report needs no walk over blocks.
//
//   bucket -> site -> site -> ...      site: | links and counts | frames ... |
//
// Sites stay until the table ends, so pointers to them and to their frames are
// good that long. Where memory is refused, blocks are counted for the site
// without frames, which always exists. Not synchronised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>

#include "base/base.hpp"

namespace strata::core {

struct call_site {
  call_site* next = nullptr;
  std::uint64_t hash = 0;
  std::size_t depth = 0;
  std::size_t live_blocks = 0;
  std::size_t live_bytes = 0;

  // They lie behind the site.
  [[nodiscard]] std::span<void* const> frames() const noexcept {
    const void* const behind = this + 1;
    return {static_cast<void* const*>(behind), depth};
  }
};

class call_sites {
 public:
  // `memory` gives chunks; it outlives the table.
  explicit call_sites(std::pmr::memory_resource& memory) noexcept : memory_(chunk_bytes, &memory) {}

  call_sites(const call_sites&) = delete;
  call_sites& operator=(const call_sites&) = delete;

  // The site of these frames, made if it is new. No frames, or no memory: the
  // site without frames.
  [[nodiscard]] call_site& intern(std::span<void* const> frames) noexcept;

  // Calls `visit(const call_site&)` for each site that has live blocks.
  template <class Visitor>
  void for_each_live(Visitor&& visit) const {
    if (unknown_.live_blocks != 0) visit(unknown_);
    for (const call_site* bucket : buckets_) {
      for (const call_site* site = bucket; site != nullptr; site = site->next) {
        if (site->live_blocks != 0) visit(*site);
      }
    }
  }

 private:
  static constexpr std::size_t chunk_bytes = 16 * base::kib - 64;
  static constexpr std::size_t bucket_count = 1024;  // programs have few stacks: chains stay short

  [[nodiscard]] call_site* make(std::span<void* const> frames, std::uint64_t hash) noexcept;

  std::pmr::monotonic_buffer_resource memory_;
  call_site* buckets_[bucket_count] = {};
  call_site unknown_;
};

}  // namespace strata::core
