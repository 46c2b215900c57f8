// What strata::checked knows about one block, and how the block lies in what the
// upstream gave:
//
//   start                      user                 user + bytes       start + total
//   | low red zone             | bytes              | high red zone    |
//   | red_zone_bytes, rounded  | 0xcd when fresh,   | red_zone_bytes   |
//   | up to the alignment      | 0xdf when freed    |                  |
//
// The life of a record; gone ones are remembered for a while, so that a late
// double free is called by its name:
//
//   live --> ending --> quarantined --> gone --> forgotten, or live again
//              |                         ^       when the address is given anew
//              +-------------------------+
//
// Whoever turned a block to `ending` is alone with it until it turns further.
#pragma once

#include <cstddef>
#include <cstdint>

#include "adaptor/call_sites.hpp"
#include "base/base.hpp"

namespace strata::core {

enum class block_state : std::uint8_t { live, ending, quarantined, gone };

struct checked_block {
  std::byte* user = nullptr;
  std::size_t bytes = 0;
  std::size_t alignment = 1;
  std::uint64_t serial = 0;
  call_site* allocated = nullptr;
  const call_site* freed = nullptr;
  checked_block* next_in_bucket = nullptr;
  base::list_links<checked_block> order{};  // of the quarantine, or of the gone
  block_state state = block_state::live;
};

using checked_block_list = base::list<checked_block, &checked_block::order>;

// Where a block lies, for red zones of a given size.
struct checked_layout {
  std::size_t red_zone_bytes;

  [[nodiscard]] std::size_t low(std::size_t alignment) const noexcept {
    return base::align_up(red_zone_bytes, alignment);
  }

  // Never 0: not every upstream gives blocks of no bytes.
  // Requires that the sum does not overflow: see fits.
  [[nodiscard]] std::size_t total(std::size_t bytes, std::size_t alignment) const noexcept {
    const std::size_t sum = low(alignment) + bytes + red_zone_bytes;
    return sum != 0 ? sum : 1;
  }

  [[nodiscard]] bool fits(std::size_t bytes, std::size_t alignment) const noexcept {
    return bytes <= base::size_max / 4 && alignment <= base::size_max / 4;
  }

  [[nodiscard]] std::byte* start(const checked_block& block) const noexcept {
    return block.user - low(block.alignment);
  }

  [[nodiscard]] std::size_t total(const checked_block& block) const noexcept {
    return total(block.bytes, block.alignment);
  }
};

}  // namespace strata::core
