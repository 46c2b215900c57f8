// The tree in a forked child, forked while other threads hold its lock and run
// its callbacks. On the real OS: the fake one has locks of its own.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <semaphore>

#include "account_fixture.hpp"

namespace strata::test {
namespace {

class account_fork_test : public basic_account_fixture<os::platform> {
 protected:
  // Exit status of a child that runs `work`.
  template <class Work>
  int fork_and_run(Work work) {
    tree_.prepare_fork(true);
    const pid_t child = fork();
    if (child == 0) {
      tree_.child_after_fork();
      _exit(work() ? 0 : 1);
    }
    tree_.parent_after_fork();
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
  }
};

TEST_F(account_fork_test, child_uses_the_tree_while_the_parents_threads_are_in_it) {
  std::atomic<bool> done{false};
  std::thread busy([&] {
    while (!done) tree_.release(make("busy"));
  });
  for (int round = 0; round < 100; ++round) {
    const int status = fork_and_run([&] {
      alarm(60);
      node* account = tree_.create("child", 100, nullptr);
      const bool charged = account != nullptr && account->charge(10) && tree_.invariant();
      account->discharge(10);
      tree_.release(account);
      return charged;
    });
    ASSERT_EQ(status, 0);
  }
  done = true;
  busy.join();
}

TEST_F(account_fork_test, child_removes_a_callback_that_ran_in_a_thread_of_the_parent) {
  struct state {
    std::binary_semaphore entered{0};
    std::binary_semaphore leave{0};
  } gate;
  core::pressure_callback callback;
  callback.run = [](void* context, std::size_t) noexcept {
    static_cast<state*>(context)->entered.release();
    static_cast<state*>(context)->leave.acquire();
    return std::size_t{0};
  };
  callback.context = &gate;
  node* account = make("a", 10);
  account->add_pressure_callback(callback);
  std::thread charging([&] { EXPECT_FALSE(account->charge(11)); });
  gate.entered.acquire();
  EXPECT_EQ(fork_and_run([&] {
              alarm(60);
              account->remove_pressure_callback(callback);
              return tree_.invariant() && !account->charge(11);
            }),
            0);
  gate.leave.release();
  charging.join();
  account->remove_pressure_callback(callback);
  tree_.release(account);
}

// A fork between another fork's hooks, as from a signal handler: the inner one
// leaves the lock to the outer one.
TEST_F(account_fork_test, nested_hooks_unlock_once) {
  tree_.prepare_fork(true);
  tree_.prepare_fork(true);
  tree_.parent_after_fork();
  std::atomic<bool> created{false};
  std::thread other([&] {
    tree_.release(make("a"));
    created = true;
  });
  EXPECT_FALSE(created);
  tree_.parent_after_fork();
  other.join();
  tree_.prepare_fork(true);
  tree_.prepare_fork(true);
  tree_.child_after_fork();
  tree_.child_after_fork();
  EXPECT_TRUE(tree_.invariant());
}

}  // namespace
}  // namespace strata::test
