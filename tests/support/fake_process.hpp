// A whole process of heaps on the fake system, new for every test, and what must
// be true of it at the end whatever the test did.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "account/account.hpp"
#include "heap/process_heaps.hpp"
#include "heap/walk.hpp"
#include "os/fake.hpp"
#include "support/stepping_thread.hpp"

namespace strata::test {

struct fake_config : core::synchronized_config<os::fake_os> {
  static bool start_process() noexcept;
  [[nodiscard]] static core::basic_process<fake_config>& instance() noexcept;
};

class fake_process {
 public:
  using os = strata::os::fake_os;
  using process = core::basic_process<fake_config>;
  using heap = process::heap;
  using account = core::basic_account<os>;
  using account_tree = core::basic_account_tree<os>;

  fake_process() {
    os::start();
    os::reset();
    settings_.reserve = 16 * base::gib;
    current_ = this;
  }
  ~fake_process() {
    core::this_thread<fake_config> = {};
    os::reset();
    current_ = nullptr;
  }
  fake_process(const fake_process&) = delete;
  fake_process& operator=(const fake_process&) = delete;

  [[nodiscard]] static fake_process& current() noexcept { return *current_; }
  [[nodiscard]] process& operator*() noexcept { return process_; }
  [[nodiscard]] process* operator->() noexcept { return &process_; }
  [[nodiscard]] account_tree& accounts() noexcept { return accounts_; }
  [[nodiscard]] base::settings& settings() noexcept { return settings_; }  // before the start

  bool start() noexcept { return process_.start(hooks()); }
  void watch_forks() noexcept { process_.watch_forks(hooks()); }
  // Called in the midst of the start.
  void on_opening(void (*call)() noexcept) noexcept { on_opening_ = call; }

  [[nodiscard]] int openings() const noexcept { return openings_; }

  [[nodiscard]] bool invariant() {
    bool sound = accounts_.invariant();
    if (process_.started()) {
      process_.for_each_heap([&](heap& each) { sound = sound && each.invariant(); });
    }
    return sound;
  }

 private:
  [[nodiscard]] static process::hooks hooks() noexcept {
    return {
        .open =
            []() noexcept {
              ++current().openings_;
              if (current().on_opening_ != nullptr) current().on_opening_();
              return current().settings_;
            },
        .end_thread = []() noexcept { current()->end_thread(); },
        .fork =
            {
                .prepare = []() noexcept { current()->prepare_fork(); },
                .parent = []() noexcept { current()->parent_after_fork(); },
                .child = []() noexcept { current()->child_after_fork(); },
            },
    };
  }

  inline static fake_process* current_ = nullptr;

  account_tree accounts_;
  process process_{accounts_};
  base::settings settings_;
  void (*on_opening_)() noexcept = nullptr;
  int openings_ = 0;  // not atomic: starts that overlapped would be a data race
};

inline bool fake_config::start_process() noexcept { return fake_process::current().start(); }
inline core::basic_process<fake_config>& fake_config::instance() noexcept {
  return *fake_process::current();
}

// The process, started, with the checks that every test wants at its end.
class process_fixture : public testing::Test {
 protected:
  using os = strata::os::fake_os;
  using process = fake_process::process;
  using heap = fake_process::heap;
  using account = fake_process::account;

  ~process_fixture() override {
    EXPECT_TRUE(process_.invariant());
    EXPECT_EQ(os::violations(), std::vector<std::string>{});
  }

  void SetUp() override { ASSERT_TRUE(process_.start()); }

  [[nodiscard]] void* allocate(std::size_t size) { return process_->allocate(size); }
  void deallocate(void* pointer) { process_->deallocate(pointer); }
  [[nodiscard]] heap& process_heap() { return process_->process_heap(); }
  [[nodiscard]] account& root() { return process_.accounts().root(); }

  // Of the live blocks of `which`.
  [[nodiscard]] static std::vector<void*> walk(heap& which) {
    std::vector<void*> blocks;
    core::walk(
        which,
        [](void* context, void* block, std::size_t) noexcept {
          static_cast<std::vector<void*>*>(context)->push_back(block);
          return true;
        },
        &blocks);
    return blocks;
  }

  fake_process process_;
};

}  // namespace strata::test
