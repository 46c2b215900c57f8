// Numbers as text, at the edges of their units.
#include "quantity.hpp"

#include <gtest/gtest.h>

namespace strata::tool {
namespace {

TEST(quantity, groups_by_three) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(123456), "123,456");
  EXPECT_EQ(grouped(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(quantity, bytes_get_the_unit_that_fits) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1024), "1.0 KiB");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(human_bytes(std::uint64_t{5} << 30), "5.0 GiB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "16.0 EiB");
}

TEST(quantity, shares_of_nothing_are_a_dash) {
  EXPECT_EQ(percent(1, 8), "12.5 %");
  EXPECT_EQ(percent(0, 8), "0.0 %");
  EXPECT_EQ(percent(8, 8), "100.0 %");
  EXPECT_EQ(percent(0, 0), "-");
}

TEST(quantity, times_are_seconds) {
  EXPECT_EQ(human_time(std::chrono::milliseconds(1234)), "1.234 s");
  EXPECT_EQ(seconds(std::chrono::milliseconds(500)), 0.5);
}

}  // namespace
}  // namespace strata::tool
