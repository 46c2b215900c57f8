// A fresh tree per test, checked for consistency and for leftovers at its end.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "account/account.hpp"
#include "os/fake.hpp"

namespace strata::test {

template <class Os>
class basic_account_fixture : public testing::Test {
 protected:
  using tree_type = core::basic_account_tree<Os>;
  using node = core::basic_account<Os>;

  ~basic_account_fixture() override {
    EXPECT_TRUE(tree_.invariant());
    EXPECT_EQ(paths(), std::vector<std::string>{"process"}) << "accounts are left";
    EXPECT_EQ(tree_.root().usage(), 0u);
  }

  node* make(std::string_view name, std::size_t limit = base::unlimited, node* parent = nullptr) {
    node* account = tree_.create(name, limit, parent);
    EXPECT_NE(account, nullptr);
    return account;
  }

  std::vector<std::string> paths() {
    std::vector<std::string> found;
    tree_.visit([&](const node& account) {
      char buffer[256];
      found.emplace_back(account.path(buffer));
    });
    return found;
  }

  static void on_threads(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::vector<std::thread> threads;
    for (std::size_t index = 0; index < count; ++index) threads.emplace_back(work, index);
    for (std::thread& thread : threads) thread.join();
  }

  tree_type tree_;
};

class account_fixture : public basic_account_fixture<os::fake_os> {
 protected:
  account_fixture() { os::fake_os::reset(); }
  ~account_fixture() override { EXPECT_EQ(os::fake_os::violations(), std::vector<std::string>{}); }
};

}  // namespace strata::test
