#include "account/pressure.hpp"

#include <functional>
#include <memory>
#include <string>

#include "account_fixture.hpp"

namespace strata::test {
namespace {

class account_pressure_test : public account_fixture {
 protected:
  // Writes its letter down, then does what the test wants.
  struct recorder {
    recorder(account_pressure_test& test, node& account, char letter, int order)
        : test_(test), account_(account), letter_(letter) {
      callback_.run = [](void* self, std::size_t wanted) noexcept {
        return static_cast<recorder*>(self)->run(wanted);
      };
      callback_.context = this;
      callback_.order = order;
      account_.add_pressure_callback(callback_);
    }
    ~recorder() { remove(); }

    void remove() {
      if (!registered_) return;
      registered_ = false;
      account_.remove_pressure_callback(callback_);
    }

    std::size_t run(std::size_t wanted) {
      test_.log_ += letter_;
      test_.wanted_ = wanted;
      if (action) action();
      return 0;
    }

    std::function<void()> action;

   private:
    account_pressure_test& test_;
    node& account_;
    char letter_;
    bool registered_ = true;
    core::pressure_callback callback_;
  };

  std::string log_;
  std::size_t wanted_ = 0;
};

TEST_F(account_pressure_test, runs_by_order_then_registration_then_ancestors) {
  node* parent = make("parent");
  node* child = make("child", 100, parent);
  {
    recorder root(*this, tree_.root(), 'r', -100);
    recorder above(*this, *parent, 'p', -5);
    recorder last(*this, *child, 'd', 7);
    recorder first(*this, *child, 'a', -1);
    recorder middle(*this, *child, 'b', 0);
    recorder same(*this, *child, 'c', 0);
    EXPECT_TRUE(child->charge(40));
    EXPECT_EQ(log_, "") << "nothing runs while there is room";
    EXPECT_FALSE(child->charge(90));
    EXPECT_EQ(log_, "abcdpr");
    EXPECT_EQ(wanted_, 30u);
    EXPECT_EQ(child->refusals(), 1u);
    EXPECT_TRUE(tree_.invariant());
  }
  EXPECT_FALSE(child->charge(90));
  EXPECT_EQ(log_, "abcdpr") << "removed callbacks run no more";
  child->discharge(40);
  tree_.release(child);
  tree_.release(parent);
}

TEST_F(account_pressure_test, a_refusing_ancestor_asks_only_itself_and_above) {
  node* parent = make("parent", 100);
  node* child = make("child", base::unlimited, parent);
  {
    recorder below(*this, *child, 'c', 0);
    recorder here(*this, *parent, 'p', 0);
    recorder above(*this, tree_.root(), 'r', 0);
    EXPECT_FALSE(child->charge(101));
    EXPECT_EQ(log_, "pr");
  }
  tree_.release(child);
  tree_.release(parent);
}

TEST_F(account_pressure_test, stops_as_soon_as_there_is_room_and_admits) {
  node* account = make("a", 100);
  ASSERT_TRUE(account->charge(100));
  {
    recorder first(*this, *account, 'a', 0);
    recorder second(*this, *account, 'b', 1);
    recorder third(*this, *account, 'c', 2);
    second.action = [&] { account->discharge(60); };
    EXPECT_TRUE(account->charge(60));
    EXPECT_EQ(log_, "ab");
    EXPECT_EQ(account->refusals(), 0u);
    EXPECT_EQ(account->charges(), 2u);
  }
  account->discharge(100);
  tree_.release(account);
}

TEST_F(account_pressure_test, each_limit_on_the_way_asks_once) {
  node* parent = make("parent", 100);
  node* child = make("child", 10, parent);
  ASSERT_TRUE(parent->charge(100));
  {
    recorder below(*this, *child, 'c', 0);
    recorder here(*this, *parent, 'p', 0);
    below.action = [&] { child->set_limit(50); };
    here.action = [&] { parent->discharge(100); };
    EXPECT_TRUE(child->charge(50));
    EXPECT_EQ(log_, "cp");
  }
  child->discharge(50);
  tree_.release(child);
  tree_.release(parent);
}

TEST_F(account_pressure_test, a_charge_refused_inside_a_callback_runs_none) {
  node* account = make("a", 100);
  node* other = make("other", 5);
  {
    recorder callback(*this, *account, 'a', 0);
    recorder unrelated(*this, *other, 'o', 0);
    callback.action = [&] {
      EXPECT_FALSE(account->charge(200));
      EXPECT_FALSE(other->charge(6));
      EXPECT_TRUE(other->charge(5));
      node* fresh = make("fresh");
      tree_.release(fresh);
      other->discharge(5);
    };
    EXPECT_FALSE(account->charge(101));
    EXPECT_EQ(log_, "a");
    EXPECT_FALSE(other->charge(6));
    EXPECT_EQ(log_, "ao") << "afterwards they run again";
  }
  tree_.release(account);
  tree_.release(other);
}

TEST_F(account_pressure_test, a_callback_may_remove_itself_and_others) {
  node* account = make("a", 100);
  {
    recorder first(*this, *account, 'a', 0);
    recorder second(*this, *account, 'b', 1);
    recorder third(*this, *account, 'c', 2);
    first.action = [&] {
      first.remove();
      second.remove();
    };
    EXPECT_FALSE(account->charge(101));
    EXPECT_EQ(log_, "ac");
    EXPECT_TRUE(tree_.invariant());
  }
  tree_.release(account);
}

TEST_F(account_pressure_test, a_callback_added_meanwhile_waits_for_the_next_time) {
  node* account = make("a", 100);
  {
    recorder first(*this, *account, 'a', 0);
    std::vector<std::unique_ptr<recorder>> added;
    first.action = [&] { added.push_back(std::make_unique<recorder>(*this, *account, 'n', 1)); };
    EXPECT_FALSE(account->charge(101));
    EXPECT_EQ(log_, "a");
    EXPECT_FALSE(account->charge(101));
    EXPECT_EQ(log_, "aan");
  }
  tree_.release(account);
}

}  // namespace
}  // namespace strata::test
