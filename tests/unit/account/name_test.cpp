#include "account/name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace strata::core {
namespace {

TEST(account_name_test, keeps_text_that_fits) {
  EXPECT_EQ(account_name("cache").view(), "cache");
  EXPECT_EQ(account_name("").view(), "");
  EXPECT_EQ(account_name(std::string(63, 'x')).view(), std::string(63, 'x'));
}

TEST(account_name_test, cuts_long_text) {
  EXPECT_EQ(account_name(std::string(64, 'x')).view(), std::string(63, 'x'));
}

TEST(account_name_test, cuts_between_utf8_sequences) {
  const std::string euro = "\xE2\x82\xAC";  // three bytes
  EXPECT_EQ(account_name(std::string(60, 'x') + euro + "y").view(), std::string(60, 'x') + euro);
  for (const std::size_t before : {61u, 62u}) {
    const std::string ascii(before, 'x');
    EXPECT_EQ(account_name(ascii + euro).view(), ascii);
  }
  const std::string rocket = "\xF0\x9F\x9A\x80";
  EXPECT_EQ(account_name(std::string(60, 'x') + rocket).view(), std::string(60, 'x'));
}

TEST(account_name_test, cuts_text_that_is_not_utf8) {
  EXPECT_EQ(account_name(std::string(100, '\x80')).view(), std::string(63, '\x80'));
  EXPECT_EQ(utf8_prefix("\x80\x80", 1), "\x80");
  EXPECT_EQ(utf8_prefix("\xE2\x82\xAC", 0), "");
}

}  // namespace
}  // namespace strata::core
