// The C library's rules for alignments and size computations, as values: each
// entry point differs a little, and here the differences can be tested.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/base.hpp"

namespace strata::core {

inline constexpr std::size_t natural_alignment = 16;

// posix_memalign accepts powers of two that are multiples of a pointer's size.
[[nodiscard]] constexpr bool is_posix_alignment(std::size_t alignment) noexcept {
  return base::is_power_of_two(alignment) && alignment % sizeof(void*) == 0;
}

// memalign accepts any number and takes the next power of two from the natural
// alignment on; empty when a size_t cannot hold that power.
[[nodiscard]] constexpr std::optional<std::size_t> round_alignment(std::size_t alignment) noexcept {
  if (alignment <= natural_alignment) return natural_alignment;
  if (alignment > SIZE_MAX / 2 + 1) return std::nullopt;
  return std::bit_ceil(alignment);
}

// A whole number of pages; empty when a size_t cannot hold it.
[[nodiscard]] constexpr std::optional<std::size_t> round_to_pages(std::size_t size,
                                                                  std::size_t page_size) noexcept {
  if (size > SIZE_MAX - (page_size - 1)) return std::nullopt;
  return base::align_up(size, page_size);
}

// Bytes of an array; SIZE_MAX, which every allocation refuses, on overflow.
[[nodiscard]] constexpr std::size_t array_bytes(std::size_t count, std::size_t size) noexcept {
  std::size_t bytes = 0;
  return __builtin_mul_overflow(count, size, &bytes) ? SIZE_MAX : bytes;
}

}  // namespace strata::core
