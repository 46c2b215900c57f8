// What is taken out of a program's output, and which patterns are refused.
#include "compare/printed_number.hpp"

#include <gtest/gtest.h>

#include "written_file.hpp"

namespace strata::tool::compare {
namespace {

std::optional<double> number_in(const std::string& text, const std::string& pattern) {
  const written_file file(text);
  return printed_number(file.path(), pattern);
}

TEST(printed_number, is_that_of_the_last_line_that_matches) {
  EXPECT_EQ(number_in("rate: 1\nrate: 2.5\nend\n", "rate: ([0-9.]+)"), 2.5);
  EXPECT_EQ(number_in("rate: 1\rrate: 3e2\rrate: x", "rate: (.+)"), 300);
  EXPECT_EQ(number_in("took 7 ms", "took ([0-9]+) ms"), 7);
}

TEST(printed_number, may_be_missing) {
  EXPECT_FALSE(number_in("", "([0-9]+)"));
  EXPECT_FALSE(number_in("rate: fast\n", "rate: (.+)"));
  EXPECT_FALSE(printed_number("/no/such/file", "(x)"));
}

TEST(printed_number, survives_a_line_without_end) {
  EXPECT_FALSE(number_in(std::string(10'000'000, 'x'), "x* ([0-9]+)"));
}

TEST(pattern_problem, names_what_is_wrong) {
  EXPECT_EQ(pattern_problem("a ([0-9]+)"), "");
  EXPECT_EQ(pattern_problem("[0-9]+"), "has 0 groups; it must have one, around the number");
  EXPECT_EQ(pattern_problem("(a)(b)"), "has 2 groups; it must have one, around the number");
  EXPECT_TRUE(pattern_problem("(").starts_with("is no regular expression: "));
}

TEST(last_line, skips_blank_ones_and_is_short) {
  EXPECT_EQ(last_line(written_file("one\ntwo\n  \n\n").path()), "two");
  EXPECT_EQ(last_line(written_file("").path()), "");
  EXPECT_EQ(last_line(written_file(std::string(5000, 'x')).path()).size(), 100);
}

}  // namespace
}  // namespace strata::tool::compare
