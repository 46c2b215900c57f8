#include "override/alignment.hpp"

#include <gtest/gtest.h>

namespace {

using strata::core::array_bytes;
using strata::core::is_posix_alignment;
using strata::core::round_alignment;
using strata::core::round_to_pages;

constexpr std::size_t highest_power = SIZE_MAX / 2 + 1;

TEST(alignment, posix_takes_powers_of_two_that_hold_a_pointer) {
  for (const std::size_t good : {std::size_t{8}, std::size_t{16}, std::size_t{4096}, highest_power})
    EXPECT_TRUE(is_posix_alignment(good)) << good;
  for (const std::size_t bad : {0u, 1u, 2u, 4u, 7u, 12u, 24u, 48u, 4097u})
    EXPECT_FALSE(is_posix_alignment(bad)) << bad;
}

TEST(alignment, memalign_rounds_up_to_a_power_of_two) {
  EXPECT_EQ(round_alignment(0), 16u);
  EXPECT_EQ(round_alignment(3), 16u);
  EXPECT_EQ(round_alignment(16), 16u);
  EXPECT_EQ(round_alignment(17), 32u);
  EXPECT_EQ(round_alignment(64), 64u);
  EXPECT_EQ(round_alignment(100), 128u);
  EXPECT_EQ(round_alignment(highest_power), highest_power);
  EXPECT_EQ(round_alignment(highest_power + 1), std::nullopt);
}

TEST(alignment, pages_round_up_and_never_wrap) {
  EXPECT_EQ(round_to_pages(0, 4096), 0u);
  EXPECT_EQ(round_to_pages(1, 4096), 4096u);
  EXPECT_EQ(round_to_pages(4096, 4096), 4096u);
  EXPECT_EQ(round_to_pages(4097, 65536), 65536u);
  EXPECT_EQ(round_to_pages(SIZE_MAX - 4095, 4096), SIZE_MAX - 4095);
  EXPECT_EQ(round_to_pages(SIZE_MAX - 4094, 4096), std::nullopt);
}

TEST(alignment, array_bytes_saturate) {
  EXPECT_EQ(array_bytes(0, SIZE_MAX), 0u);
  EXPECT_EQ(array_bytes(3, 7), 21u);
  EXPECT_EQ(array_bytes(SIZE_MAX / 2, 2), SIZE_MAX - 1);
  EXPECT_EQ(array_bytes(SIZE_MAX / 2 + 1, 2), SIZE_MAX);
  EXPECT_EQ(array_bytes(std::size_t{1} << 33, std::size_t{1} << 33), SIZE_MAX);
}

}  // namespace
