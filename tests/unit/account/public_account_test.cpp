// The public accounts: handles, limits and pressure handlers over the tree of the process.
#include <strata/account/account.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace strata {
namespace {

std::vector<std::string> paths_below(const std::string& prefix) {
  std::vector<std::string> found;
  visit_accounts([&](const account_info& info) {
    if (info.path.starts_with(prefix)) found.emplace_back(info.path);
  });
  return found;
}

TEST(public_account_test, charges_the_tree_of_the_process) {
  account parent({.name = "parent", .limit = 100});
  account child({.name = "child", .parent = &parent});
  const std::size_t before = root_account().usage();
  ASSERT_TRUE(child.charge(60));
  EXPECT_EQ(parent.usage(), 60u);
  EXPECT_EQ(root_account().usage(), before + 60);
  EXPECT_FALSE(child.charge(41));
  EXPECT_EQ(parent.refusals(), 1u);
  parent.set_limit(101);
  EXPECT_EQ(parent.limit(), 101u);
  EXPECT_TRUE(child.charge(41));
  child.discharge(101);
  EXPECT_EQ(child.peak(), 101u);
  EXPECT_EQ(child.usage(), 0u);
}

TEST(public_account_test, handles_share_one_account) {
  std::optional<account> first(account({.name = "shared handles"}));
  account second = *first;
  EXPECT_EQ(*first, second);
  first.reset();
  EXPECT_EQ(second.name(), "shared handles");
  EXPECT_EQ(second.parent(), root_account());
  EXPECT_EQ(root_account().parent(), std::nullopt);
  account third = std::move(second);
  second = third;
  EXPECT_EQ(second, third);
  second = account({.name = "another"});
  EXPECT_NE(second, third);
  account& alias = third;
  third = alias;
  third = std::move(alias);
  EXPECT_EQ(third.name(), "shared handles");
}

TEST(public_account_test, last_handle_ends_the_account) {
  {
    const std::optional<account> made = account::try_create({.name = "short-lived"});
    ASSERT_TRUE(made);
    EXPECT_EQ(paths_below("process/short-lived").size(), 1u);
  }
  EXPECT_EQ(paths_below("process/short-lived").size(), 0u);
}

TEST(public_account_test, handler_makes_room_until_it_is_destroyed) {
  account limited({.name = "limited", .limit = 10});
  ASSERT_TRUE(limited.charge(10));
  {
    std::size_t asked = 0;
    pressure_handler handler(limited, [&](std::size_t wanted) {
      asked = wanted;
      limited.discharge(4);
      return std::size_t{4};
    });
    pressure_handler moved = std::move(handler);
    EXPECT_TRUE(limited.charge(3));
    EXPECT_EQ(asked, 3u);
  }
  EXPECT_FALSE(limited.charge(2));
  limited.discharge(9);
}

TEST(public_account_test, handler_may_destroy_itself) {
  account limited({.name = "limited", .limit = 10});
  int runs = 0;
  std::unique_ptr<pressure_handler> handler;
  handler =
      std::make_unique<pressure_handler>(limited, [&, text = std::string(100, 'x')](std::size_t) {
        ++runs;
        handler.reset();
        return text.size();
      });
  EXPECT_FALSE(limited.charge(11));
  EXPECT_FALSE(limited.charge(11));
  EXPECT_EQ(runs, 1);
}

TEST(public_account_test, visitor_may_throw) {
  account made({.name = "visited"});
  EXPECT_THROW(visit_accounts([](const account_info& info) {
                 if (info.name == "visited") throw std::runtime_error("enough");
               }),
               std::runtime_error);
  made = root_account();
  EXPECT_EQ(paths_below("process/visited").size(), 0u) << "the walk kept the account";
}

TEST(public_account_test, report_is_a_line_per_account) {
  account server({.name = "server\n1", .limit = 3 << 19});
  account cache({.name = "caché", .parent = &server});
  ASSERT_TRUE(cache.charge(1000));
  std::ostringstream out;
  account_report(out);
  const auto row = [](const std::string& label, std::size_t gap, const std::string& numbers) {
    return "\n" + label + std::string(gap, ' ') + numbers;
  };
  const std::string both = row("  server?1", 29, "1000 B       1000 B      1.5 MiB            0") +
                           row("    caché", 30, "1000 B       1000 B            -            0\n");
  EXPECT_NE(out.str().find(both), std::string::npos) << out.str() << "lacks" << both;
  cache.discharge(1000);
}

TEST(public_error_test, out_of_memory_names_account_and_bytes) {
  const out_of_memory error("cache", 4096);
  EXPECT_STREQ(error.what(), "strata: out of memory: account \"cache\" was refused 4096 bytes");
  EXPECT_EQ(error.account_name(), "cache");
  EXPECT_EQ(error.bytes(), 4096u);
  EXPECT_EQ(out_of_memory(std::string(100, 'x'), 0).account_name(), std::string(63, 'x'));
  static_assert(std::is_base_of_v<std::bad_alloc, out_of_memory>);
  static_assert(std::is_nothrow_copy_constructible_v<out_of_memory>);
}

}  // namespace
}  // namespace strata
