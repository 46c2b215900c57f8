// A snapshot file is believed only when its length and its head are right.
#include "snapshot_file.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "support/synthetic_snapshot.hpp"

namespace strata::tool {
namespace {

class snapshot_file : public testing::Test {
 protected:
  [[nodiscard]] auto read_back(const core::snapshot& written, std::size_t bytes) const {
    std::ofstream out(file(), std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(&written), static_cast<std::streamsize>(bytes));
    out.close();
    return read_snapshot(file());
  }

  [[nodiscard]] snapshot_problem problem(const core::snapshot& written, std::size_t bytes) const {
    const auto read = read_back(written, bytes);
    EXPECT_TRUE(std::holds_alternative<snapshot_problem>(read));
    return std::get<snapshot_problem>(read);
  }

  [[nodiscard]] std::filesystem::path file() const { return scratch_.path() / "snapshot"; }

 private:
  scratch_directory scratch_;
};

TEST_F(snapshot_file, is_read_as_it_was_written) {
  const core::snapshot written = test::synthetic_snapshot();
  const auto read = read_back(written, sizeof written);
  ASSERT_TRUE(std::holds_alternative<core::snapshot>(read));
  EXPECT_EQ(std::memcmp(&std::get<core::snapshot>(read), &written, sizeof written), 0);
}

TEST_F(snapshot_file, absent_or_empty_is_absent) {
  EXPECT_EQ(std::get<snapshot_problem>(read_snapshot(file())), snapshot_problem::absent);
  EXPECT_EQ(problem(test::synthetic_snapshot(), 0), snapshot_problem::absent);
}

TEST_F(snapshot_file, half_a_snapshot_is_incomplete) {
  EXPECT_EQ(problem(test::synthetic_snapshot(), 8), snapshot_problem::incomplete);
  EXPECT_EQ(problem(test::synthetic_snapshot(), sizeof(core::snapshot) - 1),
            snapshot_problem::incomplete);
}

TEST_F(snapshot_file, another_head_is_another_version) {
  core::snapshot written = test::synthetic_snapshot();
  ++written.magic;
  EXPECT_EQ(problem(written, sizeof written), snapshot_problem::other_version);
  written = test::synthetic_snapshot();
  written.size_of_snapshot -= 8;
  EXPECT_EQ(problem(written, sizeof written - 8), snapshot_problem::other_version);
}

TEST(scratch_directory, leaves_nothing_behind) {
  std::filesystem::path where;
  {
    const scratch_directory scratch;
    where = scratch.path();
    std::ofstream(where / "something") << "x";
    EXPECT_TRUE(std::filesystem::is_directory(where));
  }
  EXPECT_FALSE(std::filesystem::exists(where));
}

}  // namespace
}  // namespace strata::tool
