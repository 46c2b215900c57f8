// The summary, and both forms of a diagnosis.
#include "doctor/diagnosis.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace strata::tool {
namespace {

diagnosis sample(verdict of_program) {
  diagnosis all;
  all.program = "./server";
  all.about_program = {{"linkage", of_program, "how it is linked", "link it again"}};
  all.about_machine = {{"nodes", verdict::ok, "one", {}}};
  return all;
}

TEST(diagnosis, is_summed_up) {
  EXPECT_EQ(summary(sample(verdict::ok)), "strata will work for ./server");
  EXPECT_EQ(summary(sample(verdict::note)), "strata will work for ./server, with 1 note");
  EXPECT_EQ(summary(sample(verdict::problem)),
            "strata will not work for ./server: how it is linked");
  diagnosis two = sample(verdict::problem);
  two.about_library = {{"library", verdict::problem, "absent", "build it"}};
  EXPECT_EQ(summary(two),
            "strata will not work for ./server: how it is linked (and 1 more problem)");
  EXPECT_EQ(summary({}), "strata will work on this machine");
}

TEST(diagnosis, works_unless_there_is_a_problem) {
  EXPECT_TRUE(works(sample(verdict::ok)));
  EXPECT_TRUE(works(sample(verdict::note)));
  EXPECT_FALSE(works(sample(verdict::problem)));
}

TEST(diagnosis, as_text_is_the_golden_one) {
  EXPECT_EQ(text_diagnosis(sample(verdict::note), {}),
            "strata will work for ./server, with 1 note\n"
            "\n"
            "The program\n"
            "  note     linkage        how it is linked\n"
            "                          -> link it again\n"
            "\n"
            "The machine\n"
            "  ok       nodes          one\n");
}

TEST(diagnosis, as_json_says_the_same) {
  const auto made = json_diagnosis(sample(verdict::problem));
  EXPECT_EQ(made["kind"], "strata.doctor");
  EXPECT_EQ(made["schema_version"], 1);
  EXPECT_EQ(made["program"], "./server");
  EXPECT_EQ(made["works"], false);
  ASSERT_EQ(made["findings"].size(), 2u);
  EXPECT_EQ(made["findings"][0], nlohmann::ordered_json::parse(R"({
      "about": "program", "check": "linkage", "verdict": "problem",
      "meaning": "how it is linked", "advice": "link it again"})"));
  EXPECT_EQ(json_diagnosis({})["program"], nullptr);
}

}  // namespace
}  // namespace strata::tool
