// Rounding against its definition by division, and the ends of the range.
#include "base/align.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace strata::base {
namespace {

TEST(align, tells_powers_of_two) {
  EXPECT_FALSE(is_power_of_two(0));
  for (unsigned shift = 0; shift < 64; ++shift) {
    const std::size_t power = std::size_t{1} << shift;
    EXPECT_TRUE(is_power_of_two(power));
    if (shift > 0) {
      EXPECT_FALSE(is_power_of_two(power | 1));
    }
  }
}

// Against the definition by division.
TEST(align, rounds_as_division_does) {
  for (std::size_t alignment = 1; alignment <= 256; alignment *= 2) {
    for (std::size_t value = 0; value < 1030; ++value) {
      EXPECT_EQ(align_down(value, alignment), value / alignment * alignment);
      EXPECT_EQ(align_up(value, alignment), divide_up(value, alignment) * alignment);
      EXPECT_EQ(is_aligned(value, alignment), value % alignment == 0);
    }
  }
}

TEST(align, rounding_up_wraps_at_the_top) {
  EXPECT_EQ(align_up(SIZE_MAX, 16), 0u);
  EXPECT_EQ(align_up(SIZE_MAX - 15, 16), SIZE_MAX - 15);
  EXPECT_EQ(align_down(SIZE_MAX, 4096), SIZE_MAX - 4095);
}

TEST(align, quotients_round_up_without_overflow) {
  EXPECT_EQ(divide_up(0, 3), 0u);
  EXPECT_EQ(divide_up(1, 3), 1u);
  EXPECT_EQ(divide_up(3, 3), 1u);
  EXPECT_EQ(divide_up(4, 3), 2u);
  EXPECT_EQ(divide_up(SIZE_MAX, 2), SIZE_MAX / 2 + 1);
}

TEST(align, logarithm_is_that_of_the_power_below) {
  for (unsigned shift = 0; shift < 64; ++shift) {
    const std::size_t power = std::size_t{1} << shift;
    EXPECT_EQ(log2_floor(power), shift);
    EXPECT_EQ(log2_floor(power + (power - 1)), shift);
  }
}

TEST(align, pointers_move_by_bytes) {
  alignas(64) std::array<int, 32> numbers{};
  EXPECT_TRUE(is_aligned(numbers.data(), 64));
  EXPECT_FALSE(is_aligned(advance(numbers.data(), 1), 2));
  EXPECT_EQ(static_cast<void*>(advance(numbers.data(), 8)), &numbers[2]);
  EXPECT_EQ(distance(&numbers[1], &numbers[5]), 16u);
  const std::array<int, 2> constant{};
  EXPECT_EQ(static_cast<const void*>(advance(constant.data(), 4)), &constant[1]);
}

}  // namespace
}  // namespace strata::base
