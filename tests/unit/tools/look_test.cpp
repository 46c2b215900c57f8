// Bars and colours, drawn and plain.
#include "look.hpp"

#include <gtest/gtest.h>

namespace strata::tool {
namespace {

TEST(look, plain_text_stays_plain) {
  const look plain;
  EXPECT_EQ(plain.strong("x"), "x");
  EXPECT_EQ(plain.alarming("x"), "x");
  EXPECT_EQ(plain.bar(1, 2, 8), "####");
}

TEST(look, colours_end_where_they_began) {
  const look colourful{.colours = true, .unicode = false};
  EXPECT_EQ(colourful.strong("x"), "\x1b[1mx\x1b[0m");
  EXPECT_EQ(colourful.faint("x"), "\x1b[2mx\x1b[0m");
  EXPECT_EQ(colourful.alarming("x"), "\x1b[31mx\x1b[0m");
}

TEST(look, bars_are_drawn_in_eighths) {
  const look drawn{.colours = false, .unicode = true};
  EXPECT_EQ(drawn.bar(0, 16, 2), "");
  EXPECT_EQ(drawn.bar(1, 16, 2), "▏");
  EXPECT_EQ(drawn.bar(8, 16, 2), "█");
  EXPECT_EQ(drawn.bar(15, 16, 2), "█▉");
  EXPECT_EQ(drawn.bar(16, 16, 2), "██");
}

TEST(look, bars_never_exceed_their_width) {
  const look drawn{.colours = false, .unicode = true};
  EXPECT_EQ(drawn.bar(99, 16, 2), "██");
  EXPECT_EQ(drawn.bar(1, 0, 2), "");
}

}  // namespace
}  // namespace strata::tool
