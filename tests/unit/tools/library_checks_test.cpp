// The library to preload, and what stands beside it.
#include "doctor/library_checks.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "snapshot_file.hpp"
#include "synthetic_elf.hpp"

namespace strata::tool {
namespace {

class library_checks : public testing::Test {
 protected:
  [[nodiscard]] library_check check(const std::string& name, const std::string& content) const {
    const std::filesystem::path path = scratch_.path() / name;
    std::ofstream(path, std::ios::binary) << content;
    return check_library(path);
  }

  static void expect_refusal(const library_check& made, const std::string& part) {
    EXPECT_FALSE(made.library);
    ASSERT_EQ(made.found.size(), 1u);
    EXPECT_EQ(made.found[0].result, verdict::problem);
    EXPECT_NE(made.found[0].meaning.find(part), std::string::npos) << made.found[0].meaning;
    EXPECT_FALSE(made.found[0].advice.empty());
  }

 private:
  scratch_directory scratch_;
};

std::string image_that_exports(const std::string& symbol) {
  test::elf_recipe recipe;
  recipe.exported = {symbol};
  return test::synthetic_elf(recipe).image();
}

TEST_F(library_checks, a_malloc_is_accepted) {
  const library_check made = check("x.so", image_that_exports("malloc"));
  ASSERT_TRUE(made.library);
  EXPECT_EQ(made.library->elf.needed_versions.size(), 1u);
  EXPECT_EQ(made.found[0].result, verdict::ok);
}

TEST_F(library_checks, others_are_refused) {
  expect_refusal(check("x.so", image_that_exports("other")), "no library that replaces malloc");
  expect_refusal(check("x.so", "text"), "is no ELF file");
  expect_refusal(check("x.so", image_that_exports("malloc").substr(0, 99)), "damaged");
  expect_refusal(check("a b.so", image_that_exports("malloc")), "no path with a blank");
}

TEST(present_preload, of_nothing_or_of_strata_is_fine) {
  for (const char* present : {"", " : ", "/x/libstrata_malloc.so"}) {
    EXPECT_EQ(check_present_preload(present).result, verdict::ok) << present;
  }
  EXPECT_EQ(check_present_preload(nullptr).result, verdict::ok);
  EXPECT_EQ(check_system_preload("\n").result, verdict::ok);
}

TEST(present_preload, of_another_allocator_is_noted) {
  const finding found = check_present_preload("/x/libfoo.so:/x/libmimalloc.so.2");
  EXPECT_EQ(found.result, verdict::note);
  EXPECT_NE(found.meaning.find("another allocator, /x/libmimalloc.so.2"), std::string::npos);
  EXPECT_EQ(check_system_preload("/x/libother.so\n").result, verdict::note);
}

TEST(present_preload, of_a_sanitizer_is_a_problem) {
  EXPECT_EQ(check_present_preload("libfoo.so libasan.so.8").result, verdict::problem);
}

}  // namespace
}  // namespace strata::tool
