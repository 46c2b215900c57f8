// Parsing of the kernel's text files.
#include "os/linux_text.hpp"

#include <gtest/gtest.h>

namespace strata::os::linux_kernel {
namespace {

TEST(linux_text, leading_number) {
  EXPECT_EQ(leading_number("42"), 42U);
  EXPECT_EQ(leading_number(" \t 42 kB\n"), 42U);
  EXPECT_EQ(leading_number("0"), 0U);
  EXPECT_EQ(leading_number("max\n"), std::nullopt);
  EXPECT_EQ(leading_number(""), std::nullopt);
  EXPECT_EQ(leading_number("   "), std::nullopt);
  EXPECT_EQ(leading_number("-1"), std::nullopt);
  EXPECT_EQ(leading_number("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(leading_number("18446744073709551616"), UINT64_MAX);
  EXPECT_EQ(leading_number("99999999999999999999999"), UINT64_MAX);
}

TEST(linux_text, after_gives_the_rest_of_the_line) {
  constexpr std::string_view text = "a: 1\nbc: 2 x\nlast";
  EXPECT_EQ(after(text, "bc:"), " 2 x");
  EXPECT_EQ(after(text, "last"), "");
  EXPECT_EQ(after(text, "none"), "");
}

TEST(linux_text, take_line_cuts_from_the_front) {
  std::string_view text = "one\n\ntwo";
  EXPECT_EQ(take_line(text), "one");
  EXPECT_EQ(take_line(text), "");
  EXPECT_EQ(take_line(text), "two");
  EXPECT_TRUE(text.empty());
}

TEST(linux_text, slice_clamps) {
  EXPECT_EQ(slice("abc", 1, 1), "b");
  EXPECT_EQ(slice("abc", 1, 9), "bc");
  EXPECT_EQ(slice("abc", 9, 1), "");
  EXPECT_EQ(slice("abc", 0, std::string_view::npos), "abc");
}

TEST(linux_text, read_file_reads_what_fits) {
  char small[4];
  EXPECT_EQ(read_file("/proc/self/status", small), "Name");
  char buffer[64];
  EXPECT_EQ(read_file("/proc/self/no-such-file", buffer), "");
}

}  // namespace
}  // namespace strata::os::linux_kernel
