#include "account/tree.hpp"

#include <algorithm>
#include <atomic>
#include <random>
#include <set>

#include "account_fixture.hpp"

namespace strata::test {
namespace {

class account_tree_test : public account_fixture {};

constinit core::basic_account_tree<os::fake_os> before_main;

TEST_F(account_tree_test, is_usable_as_a_constant_initialised_global) {
  EXPECT_EQ(before_main.root().name(), "process");
  EXPECT_EQ(before_main.root().limit(), base::unlimited);
  EXPECT_TRUE(before_main.invariant());
}

TEST_F(account_tree_test, visits_parents_first_and_siblings_by_age) {
  node* a = make("a");
  node* b = make("b");
  node* a1 = make("1", 5, a);
  node* a2 = make("2", 6, a);
  node* a1x = make("x", 7, a1);
  EXPECT_EQ(paths(), (std::vector<std::string>{"process", "process/a", "process/a/1",
                                               "process/a/1/x", "process/a/2", "process/b"}));
  EXPECT_EQ(a1x->depth(), 3u);
  EXPECT_TRUE(tree_.invariant());
  for (node* account : {a, b, a1, a2, a1x}) tree_.release(account);
}

TEST_F(account_tree_test, an_orphan_with_children_lives_as_long_as_they_do) {
  node* parent = make("parent");
  node* child = make("child", base::unlimited, parent);
  tree_.release(parent);
  EXPECT_EQ(paths().size(), 3u);
  EXPECT_EQ(child->parent(), parent);
  tree_.release(child);
  EXPECT_EQ(paths().size(), 1u);
}

TEST_F(account_tree_test, an_orphan_with_usage_lives_until_it_is_discharged) {
  node* parent = make("parent");
  node* child = make("child", base::unlimited, parent);
  ASSERT_TRUE(child->charge(30));
  tree_.release(child);
  tree_.release(parent);
  EXPECT_EQ(paths().size(), 3u);
  EXPECT_EQ(tree_.root().usage(), 30u);
  child->discharge(10);
  EXPECT_EQ(paths().size(), 3u);
  child->discharge(20);
  EXPECT_EQ(paths().size(), 1u) << "the last bytes end the account and its parent";
}

TEST_F(account_tree_test, an_orphan_with_usage_of_its_own_outlives_its_children) {
  node* parent = make("parent");
  node* child = make("child", base::unlimited, parent);
  ASSERT_TRUE(parent->charge(1));
  tree_.release(parent);
  tree_.release(child);
  EXPECT_EQ(paths(), (std::vector<std::string>{"process", "process/parent"}));
  parent->discharge(1);
}

TEST_F(account_tree_test, retained_accounts_need_as_many_releases) {
  node* account = make("a");
  tree_.retain(account);
  tree_.release(account);
  EXPECT_EQ(paths().size(), 2u);
  tree_.release(account);
  EXPECT_EQ(paths().size(), 1u);
}

TEST_F(account_tree_test, a_new_account_shows_nothing_of_the_one_whose_memory_it_got) {
  node* old = make("old", 10);
  ASSERT_TRUE(old->charge(10));
  ASSERT_FALSE(old->charge(1));
  old->discharge(10);
  tree_.release(old);
  node* fresh = make("fresh");
  ASSERT_EQ(fresh, old) << "this test wants the memory to be reused";
  EXPECT_EQ(fresh->peak() + fresh->charges() + fresh->discharges() + fresh->refusals(), 0u);
  EXPECT_EQ(fresh->limit(), base::unlimited);
  EXPECT_EQ(fresh->name(), "fresh");
  tree_.release(fresh);
}

TEST_F(account_tree_test, every_refusal_of_the_os_is_a_null_and_leaves_no_range) {
  node* account = nullptr;
  for (std::size_t nth = 1; account == nullptr; ++nth) {
    ASSERT_LT(nth, 10u);
    os::fake_os::fail_call(nth);
    account = tree_.create("a", 1, nullptr);
    EXPECT_EQ(tree_.metadata_bytes(), os::fake_os::reserved_bytes());
    EXPECT_TRUE(tree_.invariant());
  }
  EXPECT_GE(os::fake_os::calls(), 3u) << "one refusal each of reserve and commit, and a success";
  os::fake_os::fail_none();
  EXPECT_EQ(tree_.metadata_bytes(), os::fake_os::committed_bytes());
  tree_.release(account);
}

TEST_F(account_tree_test, many_live_accounts_take_chunk_after_chunk) {
  std::vector<node*> accounts;
  for (int count = 0; count < 2000; ++count) accounts.push_back(make("n"));
  EXPECT_EQ(std::set<node*>(accounts.begin(), accounts.end()).size(), accounts.size());
  EXPECT_LE(tree_.metadata_bytes(), 2000 * 256 + 64 * base::kib);
  for (node* account : accounts) tree_.release(account);
}

// Every thread builds and ends small families, and leaves some bytes of ended
// accounts for the next thread to discharge.
TEST_F(account_tree_test, accounts_come_and_go_on_eight_threads_without_growth) {
  constexpr std::size_t threads = 8;
  node* shared = make("shared");
  std::atomic<node*> left_behind[threads] = {};
  on_threads(threads, [&](std::size_t index) {
    for (int round = 0; round < 4000; ++round) {
      node* parent = make("parent", base::unlimited, shared);
      node* child = make("child", base::unlimited, parent);
      ASSERT_TRUE(child->charge(8));
      tree_.release(parent);
      tree_.release(child);
      if (node* ended = left_behind[(index + 1) % threads].exchange(child)) ended->discharge(8);
    }
  });
  EXPECT_EQ(shared->usage(), threads * 8);
  EXPECT_EQ(paths().size(), 2 + 2 * threads);
  EXPECT_TRUE(tree_.invariant());
  EXPECT_EQ(tree_.metadata_bytes(), 64 * base::kib);
  for (auto& ended : left_behind) ended.load()->discharge(8);
  tree_.release(shared);
}

// The last discharge and the last release race: exactly one ends the account.
TEST_F(account_tree_test, last_discharge_races_last_release) {
  std::atomic<node*> handed{nullptr};
  std::atomic<bool> done{false};
  std::thread discharging([&] {
    while (!done) {
      if (node* account = handed.exchange(nullptr)) {
        account->discharge(1);
      } else {
        std::this_thread::yield();
      }
    }
  });
  for (int round = 0; round < 20000; ++round) {
    node* account = make("a");
    ASSERT_TRUE(account->charge(1));
    handed = account;
    tree_.release(account);
    while (handed != nullptr) std::this_thread::yield();
  }
  done = true;
  discharging.join();
  EXPECT_EQ(tree_.metadata_bytes(), 64 * base::kib);
}

TEST_F(account_tree_test, a_visitor_may_create_release_and_charge) {
  std::vector<node*> owned = {make("a"), make("b"), make("c")};
  std::vector<node*> created;
  std::size_t visits = 0;
  tree_.visit([&](const node&) {
    ++visits;
    created.push_back(make("new"));
    for (node* account : owned) tree_.release(account);
    owned.clear();
    ASSERT_TRUE(tree_.root().charge(1));
    tree_.root().discharge(1);
  });
  EXPECT_EQ(visits, 1u) << "accounts that ended or began meanwhile are not visited";
  for (node* account : created) tree_.release(account);
}

TEST_F(account_tree_test, visits_see_lasting_accounts_once_while_others_change) {
  std::vector<node*> lasting;
  for (int count = 0; count < 20; ++count) {
    lasting.push_back(make("lasting", base::unlimited, count % 4 == 0 ? nullptr : lasting.back()));
  }
  std::atomic<std::size_t> working{2};
  on_threads(4, [&](std::size_t index) {
    if (index < 2) {
      std::minstd_rand random(static_cast<unsigned>(index));
      for (int round = 0; round < 5000; ++round) {
        node* passing = make("passing", base::unlimited, lasting[random() % lasting.size()]);
        tree_.release(passing);
      }
      --working;
      return;
    }
    do {
      std::vector<const node*> seen;
      char buffer[512];
      tree_.visit([&](const node& account) {
        EXPECT_EQ(account.path(buffer).substr(0, 7), "process");
        if (account.name() == "lasting") seen.push_back(&account);
      });
      std::sort(seen.begin(), seen.end());
      std::vector<const node*> expected(lasting.begin(), lasting.end());
      std::sort(expected.begin(), expected.end());
      EXPECT_EQ(seen, expected);
    } while (working != 0);
  });
  for (node* account : lasting) tree_.release(account);
}

}  // namespace
}  // namespace strata::test
