#include "account/relief.hpp"

#include <atomic>
#include <optional>
#include <semaphore>

#include "account_fixture.hpp"

namespace strata::test {
namespace {

class account_relief_test : public account_fixture {
 protected:
  // Stops inside its run until it is let go.
  struct gate {
    explicit gate(node& account) {
      callback.run = [](void* self, std::size_t) noexcept {
        static_cast<gate*>(self)->run();
        return std::size_t{0};
      };
      callback.context = this;
      account.add_pressure_callback(callback);
    }

    void run() noexcept {
      entered.release();
      leave.acquire();
      ++left;
    }

    core::pressure_callback callback;
    std::counting_semaphore<> entered{0};
    std::counting_semaphore<> leave{0};
    std::atomic<int> left{0};
  };
};

TEST_F(account_relief_test, removal_waits_for_every_running_invocation) {
  node* account = make("a", 10);
  std::optional<gate> callback(*account);
  std::thread first([&] { EXPECT_FALSE(account->charge(11)); });
  std::thread second([&] { EXPECT_FALSE(account->charge(11)); });
  callback->entered.acquire();
  callback->entered.acquire();

  std::atomic<bool> removing{false};
  std::thread remover([&] {
    removing = true;
    account->remove_pressure_callback(callback->callback);
    EXPECT_EQ(callback->left, 2) << "removal did not wait";
    callback.reset();
  });
  while (!removing) std::this_thread::yield();
  callback->leave.release(2);
  for (std::thread* thread : {&first, &second, &remover}) thread->join();
  EXPECT_FALSE(account->charge(11));
  tree_.release(account);
}

TEST_F(account_relief_test, one_running_callback_does_not_hold_up_another_ones_removal) {
  node* account = make("a", 10);
  gate slow(*account);
  gate idle(*account);
  std::thread charging([&] { EXPECT_FALSE(account->charge(11)); });
  slow.entered.acquire();
  account->remove_pressure_callback(idle.callback);
  slow.leave.release();
  charging.join();
  EXPECT_EQ(idle.left, 0);
  account->remove_pressure_callback(slow.callback);
  tree_.release(account);
}

TEST_F(account_relief_test, callbacks_come_and_go_under_refused_charges) {
  node* account = make("a", 10);
  std::atomic<std::size_t> busy{2};
  on_threads(4, [&](std::size_t index) {
    if (index < 2) {
      for (int round = 0; round < 3000; ++round) {
        struct state {
          std::atomic<bool> alive{true};
          core::pressure_callback callback;
        } mine;
        mine.callback.run = [](void* self, std::size_t) noexcept {
          EXPECT_TRUE(static_cast<state*>(self)->alive);
          return std::size_t{0};
        };
        mine.callback.context = &mine;
        mine.callback.order = round % 3;
        account->add_pressure_callback(mine.callback);
        account->remove_pressure_callback(mine.callback);
        mine.alive = false;
      }
      --busy;
    } else {
      while (busy != 0) EXPECT_FALSE(account->charge(11));
    }
  });
  tree_.release(account);
}

}  // namespace
}  // namespace strata::test
