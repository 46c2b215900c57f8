// How --with is read.
#include "compare/contender.hpp"

#include <gmock/gmock.h>

#include "command.hpp"
#include "written_file.hpp"

namespace strata::tool::compare {
namespace {

std::string refusal(const std::string& list) {
  try {
    static_cast<void>(parse_contenders(list));
  } catch (const usage_error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(contender, may_be_named_by_path) {
  const written_file library("");
  const std::string path = library.path().native();
  const auto parsed = parse_contenders("glibc,mine=" + path + "," + path);
  ASSERT_EQ(parsed.size(), 3);
  EXPECT_EQ(parsed[0].name, "glibc");
  EXPECT_TRUE(parsed[0].library.empty());
  EXPECT_EQ(parsed[1].name, "mine");
  EXPECT_EQ(parsed[1].library, path);
  EXPECT_EQ(parsed[2].name, "file");
}

TEST(contender, mistakes_are_named) {
  EXPECT_EQ(refusal("glibc"),
            "compare: --with 'glibc': a comparison needs two allocators at least");
  EXPECT_EQ(refusal("glibc,glibc"),
            "compare: --with: 'glibc' appears twice (tell them apart as NAME=PATH)");
  EXPECT_EQ(refusal("glibc,/no/such.so"), "compare: --with: there is no library '/no/such.so'");
  EXPECT_EQ(refusal("glibc,=x"), "compare: --with: no name before the '=' of '=x'");
  EXPECT_THAT(refusal("glibc,jemaloc"),
              testing::HasSubstr("unknown allocator 'jemaloc' (did you mean 'jemalloc'?)"));
}

TEST(contender, peers_are_neither_glibc_nor_strata) {
  EXPECT_FALSE(is_peer({"glibc", {}}));
  EXPECT_FALSE(is_peer({"strata-new", "/x.so"}));
  EXPECT_TRUE(is_peer({"jemalloc", "/x.so"}));
}

}  // namespace
}  // namespace strata::tool::compare
