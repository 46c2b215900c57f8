// What a test knows of a block: where it lies, how large it is, and what the
// test wrote into it. Two blocks that overlap spoil each other's pattern.
//
// Blocks above `dense_max` are painted at a sample of places, one in every page
// and at both ends, so that large blocks do not cost all of a test's time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace strata::test {

struct shadow_block {
  std::byte* memory = nullptr;
  std::size_t size = 0;  // as asked for
  std::uint64_t seed = 0;
};

namespace detail {

inline constexpr std::size_t dense_max = 2048;
inline constexpr std::size_t sample_step = 4096;
inline constexpr std::size_t sample_bytes = 64;

// The pattern of eight bytes at an offset that is a multiple of eight.
[[nodiscard]] inline std::uint64_t pattern_at(std::uint64_t seed, std::size_t offset) noexcept {
  return (seed + offset) * 0x9E3779B97F4A7C15;
}

// Calls `touch(offset, bytes)` for each painted piece of at most eight bytes,
// until one returns false.
template <class Touch>
bool each_painted(std::size_t size, Touch touch) {
  const auto range = [&](std::size_t from, std::size_t to) {
    for (std::size_t at = from; at < to; at += 8) {
      if (!touch(at, std::min<std::size_t>(8, to - at))) return false;
    }
    return true;
  };
  if (size <= dense_max) return range(0, size);
  for (std::size_t at = 0; at + sample_bytes <= size; at += sample_step) {
    if (!range(at, at + sample_bytes)) return false;
  }
  return range((size - sample_bytes) / 8 * 8, size);
}

}  // namespace detail

inline void paint(const shadow_block& block) {
  detail::each_painted(block.size, [&](std::size_t offset, std::size_t bytes) {
    const std::uint64_t pattern = detail::pattern_at(block.seed, offset);
    std::memcpy(block.memory + offset, &pattern, bytes);
    return true;
  });
}

// Whether the first `bytes` of the block hold what paint wrote; by default all.
[[nodiscard]] inline bool intact(const shadow_block& block, std::size_t bytes = SIZE_MAX) {
  return detail::each_painted(block.size, [&](std::size_t offset, std::size_t piece) {
    if (offset >= bytes) return true;
    const std::uint64_t pattern = detail::pattern_at(block.seed, offset);
    return std::memcmp(block.memory + offset, &pattern, std::min(piece, bytes - offset)) == 0;
  });
}

// Whether the block holds zeros, at the places that paint would write to.
[[nodiscard]] inline bool zeroed(const shadow_block& block) {
  return detail::each_painted(block.size, [&](std::size_t offset, std::size_t piece) {
    static constexpr std::byte zeros[8] = {};
    return std::memcmp(block.memory + offset, zeros, piece) == 0;
  });
}

}  // namespace strata::test
