// Text of fixed capacity: what is appended, and what no longer fits.
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>

namespace strata::base {
namespace {

TEST(text, starts_empty_and_terminated) {
  const text<8> empty;
  EXPECT_EQ(empty.view(), "");
  EXPECT_STREQ(empty.c_str(), "");
}

TEST(text, appends_in_order) {
  text<64> out;
  out.add("size ").add_decimal(4096).add(" at ").add_hex(0xABC);
  EXPECT_EQ(out.view(), "size 4096 at 0xabc");
  EXPECT_STREQ(out.c_str(), "size 4096 at 0xabc");
}

TEST(text, writes_the_extremes) {
  EXPECT_EQ(text<64>().add_decimal(0).view(), "0");
  EXPECT_EQ(text<64>().add_decimal(UINT64_MAX).view(), "18446744073709551615");
  EXPECT_EQ(text<64>().add_hex(0).view(), "0x0");
  EXPECT_EQ(text<64>().add_hex(UINT64_MAX).view(), "0xffffffffffffffff");
  EXPECT_EQ(text<64>().add_pointer(nullptr).view(), "0x0");
}

TEST(text, drops_what_does_not_fit) {
  text<5> out;
  out.add("abc").add_decimal(12345).add("z");
  EXPECT_EQ(out.view(), "abc1");
  EXPECT_EQ(std::strlen(out.c_str()), 4u);
}

}  // namespace
}  // namespace strata::base
