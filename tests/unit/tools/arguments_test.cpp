// Where strata's own options end and a program's begin.
#include "arguments.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

namespace strata::tool {
namespace {

using words = std::vector<std::string>;

class arguments : public testing::Test {
 protected:
  arguments() {
    parser_.add_option("--json", text_);
    parser_.add_flag("--quiet,-q", flag_);
  }
  [[nodiscard]] split_arguments split(const words& given) const {
    return split_program(parser_, given);
  }

 private:
  CLI::App parser_;
  std::string text_;
  bool flag_ = false;
};

TEST_F(arguments, a_program_begins_at_the_first_operand) {
  const auto split = this->split({"run", "-q", "ls", "-q", "--json", "x"});
  EXPECT_EQ(split.own, (words{"run", "-q"}));
  EXPECT_EQ(split.program, (words{"ls", "-q", "--json", "x"}));
}

TEST_F(arguments, a_value_is_no_program) {
  const auto split = this->split({"run", "--json", "x", "ls"});
  EXPECT_EQ(split.own, (words{"run", "--json", "x"}));
  EXPECT_EQ(split.program, (words{"ls"}));
  EXPECT_EQ(this->split({"run", "--json", "-", "ls"}).program, (words{"ls"}));
  EXPECT_EQ(this->split({"run", "--json=x", "ls"}).program, (words{"ls"}));
}

TEST_F(arguments, two_dashes_end_the_options_once) {
  EXPECT_EQ(split({"run", "--", "-q"}).program, (words{"-q"}));
  EXPECT_EQ(split({"run", "--", "--", "x"}).program, (words{"--", "x"}));
  EXPECT_EQ(split({"run", "ls", "--", "x"}).program, (words{"ls", "--", "x"}));
  EXPECT_EQ(split({"run", "--", "", ""}).program, (words{"", ""}));
}

TEST_F(arguments, a_missing_value_does_not_eat_the_dashes) {
  const auto split = this->split({"run", "--json", "--", "ls"});
  EXPECT_EQ(split.own, (words{"run", "--json"}));
  EXPECT_EQ(split.program, (words{"ls"}));
}

TEST_F(arguments, no_program_is_an_empty_one) {
  EXPECT_TRUE(split({"run"}).program.empty());
  EXPECT_TRUE(split({"run", "--"}).program.empty());
  EXPECT_TRUE(split({"run", "--unknown"}).program.empty());
}

TEST(suggestion, names_a_word_that_resembles) {
  EXPECT_EQ(suggestion("rum", {"run", "options"}), " (did you mean 'run'?)");
  EXPECT_EQ(suggestion("zebra", {"run", "options"}), "");
}

}  // namespace
}  // namespace strata::tool
