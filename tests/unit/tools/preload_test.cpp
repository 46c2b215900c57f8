// Finding the library, and the list the loader reads.
#include "preload.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "command.hpp"
#include "snapshot_file.hpp"

namespace strata::tool {
namespace {

TEST(preload, comes_before_what_is_there) {
  EXPECT_EQ(preload_list("/a/b.so", nullptr), "/a/b.so");
  EXPECT_EQ(preload_list("/a/b.so", ""), "/a/b.so");
  EXPECT_EQ(preload_list("/a/b.so", "x.so:y.so"), "/a/b.so:x.so:y.so");
}

TEST(preload, a_given_one_must_exist) {
  EXPECT_THROW((void)find_preload("/does/not/exist.so"), usage_error);
  EXPECT_THROW((void)find_preload("/tmp"), usage_error);
}

TEST(preload, a_given_one_is_made_absolute) {
  const scratch_directory scratch;
  std::ofstream(scratch.path() / "x.so") << "x";
  const auto relative = std::filesystem::relative(scratch.path() / "x.so");
  EXPECT_EQ(find_preload(relative.native()), scratch.path() / "x.so");
}

TEST(preload, refuses_a_path_that_the_loader_would_split) {
  const scratch_directory scratch;
  for (const char* name : {"a b.so", "a:b.so"}) {
    std::ofstream(scratch.path() / name) << "x";
    EXPECT_THROW((void)find_preload((scratch.path() / name).native()), failure);
  }
}

}  // namespace
}  // namespace strata::tool
