// Powers of two: rounding, testing, and logarithms. Alignments are powers of
// two throughout; every function here requires it and none checks it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace strata::base {

[[nodiscard]] constexpr bool is_power_of_two(std::size_t value) noexcept {
  return std::has_single_bit(value);
}

[[nodiscard]] constexpr std::size_t align_down(std::size_t value, std::size_t alignment) noexcept {
  return value & ~(alignment - 1);
}

// Wraps around to a small value when `value` is within `alignment` of SIZE_MAX.
[[nodiscard]] constexpr std::size_t align_up(std::size_t value, std::size_t alignment) noexcept {
  return align_down(value + alignment - 1, alignment);
}

[[nodiscard]] constexpr bool is_aligned(std::size_t value, std::size_t alignment) noexcept {
  return (value & (alignment - 1)) == 0;
}

[[nodiscard]] inline bool is_aligned(const void* pointer, std::size_t alignment) noexcept {
  return is_aligned(reinterpret_cast<std::uintptr_t>(pointer), alignment);
}

// Quotient rounded up; requires divisor > 0.
[[nodiscard]] constexpr std::size_t divide_up(std::size_t value, std::size_t divisor) noexcept {
  return value / divisor + (value % divisor != 0 ? 1 : 0);
}

// floor(log2(value)); requires value > 0.
[[nodiscard]] constexpr unsigned log2_floor(std::size_t value) noexcept {
  return static_cast<unsigned>(std::bit_width(value)) - 1;
}

[[nodiscard]] inline std::byte* advance(void* pointer, std::size_t bytes) noexcept {
  return static_cast<std::byte*>(pointer) + bytes;
}

[[nodiscard]] inline const std::byte* advance(const void* pointer, std::size_t bytes) noexcept {
  return static_cast<const std::byte*>(pointer) + bytes;
}

// Distance in bytes from `from` up to `to`; requires to >= from.
[[nodiscard]] inline std::size_t distance(const void* from, const void* to) noexcept {
  return reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
}

}  // namespace strata::base
