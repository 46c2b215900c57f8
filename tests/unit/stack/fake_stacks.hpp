// A stack store on the fake system, taken from and given to as a pool does it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "os/fake.hpp"
#include "stack/stack.hpp"

namespace strata::test {

class fake_stacks {
 public:
  using os = strata::os::fake_os;

  explicit fake_stacks(const stack_pool_options& options = {}) : store_(options, idle_) {
    store_.prepare(options.initial);
  }

  [[nodiscard]] void* take() {
    if (void* const top = idle_.pop()) return top;
    if (void* const top = store_.take_idle()) return top;
    return store_.charge() ? store_.open() : nullptr;
  }

  void give(void* top) {
    if (!idle_.push(top)) store_.give(top);
  }

  [[nodiscard]] std::vector<void*> take(std::size_t count) {
    std::vector<void*> tops(count);
    for (void*& top : tops) top = take();
    return tops;
  }

  void give(const std::vector<void*>& tops) {
    for (void* top : tops) give(top);
  }

  // Takes as many as that, so that all were used, and gives them back.
  void use(std::size_t count) { give(take(count)); }

  auto* operator->() { return &store_; }
  [[nodiscard]] auto statistics() const { return store_.statistics(); }

 private:
  detail::idle_stacks idle_;
  core::basic_stack_store<os> store_;
};

class stack_store_test : public testing::Test {
 protected:
  using os = strata::os::fake_os;

  stack_store_test() {
    os::start();
    os::reset();
  }
  ~stack_store_test() override {
    EXPECT_EQ(os::violations(), std::vector<std::string>{});
    EXPECT_EQ(os::reserved_bytes(), 0U);
    os::reset();
  }
};

// Uses a stack down to `bytes` below its top.
inline void use_stack(void* top, std::size_t bytes) {
  for (std::size_t at = 8; at <= bytes; at += 4096) {
    static_cast<volatile std::byte*>(top)[-static_cast<std::ptrdiff_t>(at)] = std::byte{1};
  }
}

}  // namespace strata::test
