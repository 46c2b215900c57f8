// The size classes: which block serves which request, computed at compile time.
//
//   class 0        nothing; its list is always empty, so that a request of zero
//                  bytes, or one so large that rounding wraps to zero, falls out
//                  of the test for an empty list
//   1 .. 16        16, 32 .. 256        steps of 16
//   17 .. 96       to 256 KiB           eight steps per doubling
//
// Eight steps per doubling bound the waste inside a block above 128 bytes to
// one eighth. Every class is a multiple of 16, and a class that serves a size
// rounded up to a multiple of a smaller power of two is a multiple of it too:
// aligned requests need no classes of their own.
//
// Small classes (to 8 KiB) live in slabs of one granule, medium classes in
// slabs of eight; above the largest class a block has its own granules.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/base.hpp"
#include "region/region.hpp"

namespace strata::core {

inline constexpr std::size_t block_alignment = 16;

inline constexpr std::size_t linear_step = 16;
inline constexpr std::size_t linear_max = 256;  // largest class that is a multiple of the step
inline constexpr std::size_t linear_count = linear_max / linear_step;
inline constexpr std::size_t steps_per_doubling = 8;
inline constexpr std::size_t doublings = 10;
inline constexpr std::size_t class_count = 1 + linear_count + doublings * steps_per_doubling;
inline constexpr std::size_t small_doublings = 5;
inline constexpr std::size_t small_count = linear_count + small_doublings * steps_per_doubling;
inline constexpr std::size_t small_max = linear_max << small_doublings;
inline constexpr std::size_t medium_max = linear_max << doublings;
inline constexpr std::size_t medium_granules = 8;

using class_index = std::uint8_t;
static_assert(class_count <= 256);

namespace detail {

[[nodiscard]] constexpr std::size_t compute_class_size(std::size_t index) noexcept {
  if (index <= linear_count) return index * linear_step;
  const std::size_t step = index - linear_count - 1;
  const std::size_t from = linear_max << (step / steps_per_doubling);
  return from + (step % steps_per_doubling + 1) * (from / steps_per_doubling);
}

inline constexpr std::array<std::uint32_t, class_count> class_sizes = [] {
  std::array<std::uint32_t, class_count> sizes{};
  for (std::size_t i = 0; i < class_count; ++i) {
    sizes[i] = static_cast<std::uint32_t>(compute_class_size(i));
  }
  return sizes;
}();

}  // namespace detail

[[nodiscard]] constexpr std::size_t class_size(std::size_t index) noexcept {
  return detail::class_sizes[index];
}

// Requires 0 < size <= linear_max.
[[nodiscard]] constexpr std::size_t linear_class_of(std::size_t size) noexcept {
  return (size + linear_step - 1) / linear_step;
}

// Requires linear_max < size <= medium_max.
[[nodiscard]] constexpr std::size_t doubling_class_of(std::size_t size) noexcept {
  const std::size_t last = size - 1;
  const std::size_t exponent = base::log2_floor(last);
  const std::size_t doubling = exponent - base::log2_floor(linear_max);
  const std::size_t step = last >> (exponent - base::log2_floor(steps_per_doubling));
  return linear_count + 1 + doubling * steps_per_doubling + step % steps_per_doubling;
}

// Requires 0 < size <= medium_max.
[[nodiscard]] constexpr std::size_t class_of(std::size_t size) noexcept {
  return size <= linear_max ? linear_class_of(size) : doubling_class_of(size);
}

namespace detail {

inline constexpr std::array<class_index, small_max / linear_step + 1> small_classes = [] {
  std::array<class_index, small_max / linear_step + 1> table{};
  for (std::size_t i = 1; i < table.size(); ++i) {
    table[i] = static_cast<class_index>(class_of(i * linear_step));
  }
  return table;
}();

}  // namespace detail

// The same by a table. Requires size <= small_max; 0 gives class 0.
[[nodiscard]] constexpr std::size_t small_class_of(std::size_t size) noexcept {
  return detail::small_classes[(size + linear_step - 1) / linear_step];
}

namespace detail {

// Above the small classes, sizes of one class differ in multiples of this.
inline constexpr std::size_t medium_step = small_max / steps_per_doubling;

inline constexpr std::array<class_index, medium_max / medium_step + 1> medium_classes = [] {
  std::array<class_index, medium_max / medium_step + 1> table{};
  for (std::size_t i = 1; i < table.size(); ++i) {
    table[i] = static_cast<class_index>(class_of(i * medium_step));
  }
  return table;
}();

}  // namespace detail

// The same again. Requires small_max < size <= medium_max.
[[nodiscard]] constexpr std::size_t medium_class_of(std::size_t size) noexcept {
  return detail::medium_classes[(size + detail::medium_step - 1) / detail::medium_step];
}

// The sizes that each class serves, for a test of two look-ups and one comparison.
// Two arrays, because processors scale an index by 8 and not by 16.
struct size_ranges {
  std::array<std::uint64_t, class_count> least{};
  std::array<std::uint64_t, class_count> count{};

  // Whether a request of `size` bytes gets a block of class `index`; no for size 0.
  [[nodiscard, gnu::always_inline]] constexpr bool contain(std::size_t index,
                                                           std::size_t size) const noexcept {
    return size - least[index] < count[index];
  }
};

inline constexpr size_ranges served_sizes = [] {
  size_ranges ranges;
  for (std::size_t i = 1; i < class_count; ++i) {
    ranges.least[i] = class_size(i - 1) + 1;
    ranges.count[i] = class_size(i) - class_size(i - 1);
  }
  return ranges;
}();

// Whether a request of `size` bytes gets a block of class `index` > 0.
[[nodiscard]] constexpr bool serves(std::size_t index, std::size_t size) noexcept {
  return served_sizes.contain(index, size == 0 ? 1 : size);
}

[[nodiscard]] constexpr bool is_small(std::size_t index) noexcept { return index <= small_count; }

[[nodiscard]] constexpr std::size_t slab_granules(std::size_t index) noexcept {
  return is_small(index) ? 1 : medium_granules;
}

[[nodiscard]] constexpr std::size_t slab_bytes(std::size_t index) noexcept {
  return slab_granules(index) * granule_bytes;
}

namespace detail {

inline constexpr std::array<std::uint16_t, class_count> slab_capacities = [] {
  std::array<std::uint16_t, class_count> capacities{};
  for (std::size_t i = 1; i < class_count; ++i) {
    capacities[i] = static_cast<std::uint16_t>(slab_bytes(i) / class_size(i));
  }
  return capacities;
}();

}  // namespace detail

[[nodiscard]] constexpr std::size_t blocks_per_slab(std::size_t index) noexcept {
  return detail::slab_capacities[index];
}

static_assert(class_size(class_count - 1) == medium_max);
static_assert(class_size(small_count) == small_max && small_max == 8 * base::kib);
static_assert(medium_max >= 128 * base::kib, "size classes reach at least 128 KiB");
static_assert(class_of(1) == 1 && class_of(16) == 1 && class_of(17) == 2 && class_of(256) == 16);
static_assert(class_of(257) == 17 && class_of(medium_max) == class_count - 1);
static_assert(small_class_of(0) == 0 && small_class_of(257) == 17);
static_assert(small_class_of(small_max) == small_count);
static_assert(serves(1, 0) && serves(1, 16) && !serves(2, 16) && serves(2, 17) && !serves(2, 33));
static_assert(medium_class_of(small_max + 1) == small_count + 1);
static_assert(medium_class_of(medium_max) == class_count - 1);
static_assert(!served_sizes.contain(1, 0) && !served_sizes.contain(1, SIZE_MAX));
static_assert(blocks_per_slab(class_count - 1) >= 2);

}  // namespace strata::core
