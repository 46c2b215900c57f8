#include "account/node.hpp"

#include <atomic>
#include <barrier>

#include "account_fixture.hpp"

namespace strata::test {
namespace {

class account_node_test : public account_fixture {};

TEST_F(account_node_test, charges_every_ancestor) {
  node* server = make("server");
  node* cache = make("cache", base::unlimited, server);
  node* other = make("other");
  ASSERT_TRUE(cache->charge(100));
  ASSERT_TRUE(server->charge(10));
  ASSERT_TRUE(other->charge(1));
  EXPECT_EQ(cache->usage(), 100u);
  EXPECT_EQ(server->usage(), 110u);
  EXPECT_EQ(tree_.root().usage(), 111u);
  EXPECT_TRUE(tree_.invariant());

  cache->discharge(100);
  EXPECT_EQ(server->usage(), 10u);
  EXPECT_EQ(server->peak(), 110u);
  EXPECT_EQ(cache->charges(), 1u);
  EXPECT_EQ(cache->discharges(), 1u);
  EXPECT_EQ(server->charges(), 1u) << "charges of a child are not its parent's";
  server->discharge(10);
  other->discharge(1);
  for (node* account : {cache, server, other}) tree_.release(account);
}

TEST_F(account_node_test, limit_is_inclusive) {
  node* account = make("a", 100);
  EXPECT_TRUE(account->charge(100));
  EXPECT_FALSE(account->charge(1));
  EXPECT_EQ(account->refusals(), 1u);
  account->discharge(100);
  EXPECT_FALSE(account->charge(101));
  EXPECT_EQ(account->usage(), 0u);
  tree_.release(account);
}

TEST_F(account_node_test, refusal_above_leaves_no_trace_below) {
  node* parent = make("parent", 100);
  node* child = make("child", base::unlimited, parent);
  EXPECT_FALSE(child->charge(101));
  EXPECT_EQ(child->usage(), 0u);
  EXPECT_EQ(child->peak(), 0u);
  EXPECT_EQ(child->charges(), 0u);
  EXPECT_EQ(child->refusals(), 0u);
  EXPECT_EQ(parent->refusals(), 1u) << "the limit that refused counts";
  EXPECT_EQ(tree_.root().peak(), 0u);
  EXPECT_EQ(&child->nearest_without_room(101), parent);
  EXPECT_EQ(&child->nearest_without_room(100), child);
  tree_.release(child);
  tree_.release(parent);
}

TEST_F(account_node_test, usage_never_wraps) {
  node* account = make("a");
  ASSERT_TRUE(account->charge(SIZE_MAX));
  EXPECT_FALSE(account->charge(1));
  EXPECT_EQ(account->shortfall(1), 1u);
  account->discharge(SIZE_MAX);
  tree_.release(account);
}

TEST_F(account_node_test, lowered_limit_refuses_until_usage_has_fallen) {
  node* account = make("a", 100);
  ASSERT_TRUE(account->charge(80));
  account->set_limit(50);
  EXPECT_EQ(account->shortfall(10), 40u);
  EXPECT_EQ(account->shortfall(SIZE_MAX), SIZE_MAX);
  EXPECT_FALSE(account->charge(1));
  account->discharge(40);
  EXPECT_TRUE(account->charge(10));
  EXPECT_FALSE(account->charge(1));
  account->discharge(50);
  tree_.release(account);
}

TEST_F(account_node_test, path_names_ancestors_and_keeps_the_end) {
  node* server = make("server");
  node* cache = make("cache", base::unlimited, server);
  char buffer[64];
  EXPECT_EQ(cache->path(buffer), "process/server/cache");
  EXPECT_EQ(cache->path(std::span(buffer, 8)), "er/cache");
  EXPECT_EQ(cache->path(std::span(buffer, 0)), "");
  tree_.release(cache);
  tree_.release(server);
}

TEST_F(account_node_test, threads_racing_to_a_limit_admit_exactly_what_fits) {
  constexpr std::size_t size = 64;
  constexpr std::size_t slots = 1'000'001;
  node* parent = make("parent", slots * size + size / 2);
  std::atomic<std::size_t> admitted{0};
  std::barrier start(4);
  on_threads(4, [&](std::size_t) {
    node* mine = make("mine", base::unlimited, parent);
    start.arrive_and_wait();
    std::size_t here = 0;
    while (mine->charge(size)) ++here;
    admitted += here;
    EXPECT_EQ(mine->usage(), here * size);
    EXPECT_EQ(mine->peak(), here * size);
    start.arrive_and_wait();
    EXPECT_EQ(parent->usage(), slots * size);
    start.arrive_and_wait();
    while (here-- != 0) mine->discharge(size);
    tree_.release(mine);
  });
  EXPECT_EQ(admitted, slots);
  EXPECT_EQ(parent->peak(), slots * size);
  EXPECT_EQ(parent->usage(), 0u);
  tree_.release(parent);
}

// A refused charge is never visible, neither to readers nor to charges that fit.
TEST_F(account_node_test, a_charge_that_cannot_fit_disturbs_none_that_fits) {
  node* account = make("a", 1000);
  std::atomic<bool> done{false};
  on_threads(3, [&](std::size_t index) {
    if (index == 0) {
      for (int round = 0; round < 100'000; ++round) EXPECT_FALSE(account->charge(1001));
      done = true;
    } else if (index == 1) {
      while (!done) {
        ASSERT_TRUE(account->charge(500));
        account->discharge(500);
      }
    } else {
      while (!done) ASSERT_LE(account->usage(), 500u);
    }
  });
  EXPECT_EQ(account->peak() % 500, 0u);
  tree_.release(account);
}

using account_node_death_test = account_node_test;

TEST_F(account_node_death_test, excess_discharge_ends_the_program) {
  node* account = make("a");
  ASSERT_TRUE(account->charge(10));
  EXPECT_DEATH(account->discharge(11), "");
  account->discharge(10);
  tree_.release(account);
}

}  // namespace
}  // namespace strata::test
