// core::snapshot in glibc's terms; see c_statistics.cpp for what they mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "heap/heap.hpp"

namespace strata::core {

// Held, but in nobody's hands: what an allocation could reuse.
[[nodiscard]] constexpr std::uint64_t free_bytes(const snapshot& from) noexcept {
  return from.partial_slabs + from.thread_caches + from.retained + from.large_cache;
}

[[nodiscard]] constexpr std::uint64_t free_block_count(const snapshot& from) noexcept {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < from.class_count; ++i) {
    count += from.classes[i].free_blocks + from.classes[i].cached_blocks;
  }
  return count;
}

// mallinfo's fields are ints: beyond them the largest int is less of a lie
// than a negative number.
template <class Number>
[[nodiscard]] constexpr Number saturate(std::uint64_t value) noexcept {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
  return static_cast<Number>(value < most ? value : most);
}

// `Info` is struct mallinfo or mallinfo2, `Number` the type of its fields.
template <class Info, class Number>
[[nodiscard]] constexpr Info mallinfo_view(const snapshot& from) noexcept {
  Info info{};
  info.arena = saturate<Number>(from.live_bytes + free_bytes(from));
  info.ordblks = saturate<Number>(free_block_count(from));
  info.hblks = saturate<Number>(from.large_live_blocks);
  info.hblkhd = saturate<Number>(from.large_live);
  info.uordblks = saturate<Number>(from.live_bytes);
  info.fordblks = saturate<Number>(free_bytes(from));
  info.keepcost = saturate<Number>(from.retained + from.large_cache);
  return info;
}

}  // namespace strata::core
