#include "region/schedule.hpp"

#include <gtest/gtest.h>

namespace strata::core {
namespace {

TEST(schedule, doubles_after_each_batch_up_to_the_maximum) {
  constexpr region_schedule schedule{16 * base::mib, 8, 2};
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(schedule.bytes_of(i), 16 * base::mib) << i;
  for (std::size_t i = 8; i < 16; ++i) EXPECT_EQ(schedule.bytes_of(i), 32 * base::mib) << i;
  for (std::size_t i = 16; i < 40; ++i) EXPECT_EQ(schedule.bytes_of(i), 64 * base::mib) << i;
  EXPECT_EQ(schedule.bytes_of(1'000'000), 64 * base::mib);
}

TEST(schedule, follows_its_settings) {
  constexpr region_schedule schedule{4 * base::mib, 1, 6};
  for (std::size_t i = 0; i <= 6; ++i) EXPECT_EQ(schedule.bytes_of(i), 4 * base::mib << i);
  EXPECT_EQ(schedule.bytes_of(7), 256 * base::mib);
}

TEST(schedule, refuses_what_makes_no_progress) {
  EXPECT_TRUE(region_schedule{}.valid());
  EXPECT_FALSE((region_schedule{0, 8, 6}).valid());
  EXPECT_FALSE((region_schedule{segment_bytes + 1, 8, 6}).valid());
  EXPECT_FALSE((region_schedule{segment_bytes / 2, 8, 6}).valid());
  EXPECT_FALSE((region_schedule{segment_bytes, 0, 6}).valid());
  EXPECT_FALSE((region_schedule{segment_bytes, 8, 64}).valid());
  EXPECT_FALSE((region_schedule{std::size_t{1} << 60, 8, 6}).valid()) << "overflows";
}

}  // namespace
}  // namespace strata::core
