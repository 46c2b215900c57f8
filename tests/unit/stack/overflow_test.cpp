// What is said when a fiber runs out of its stack. Fibers are made by swapcontext,
// which every system has.
#include <strata/arena/guard_hits.hpp>
#include <strata/stack/stack_pool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ucontext.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "support/sanitized.hpp"
#include "support/unsanitized.hpp"
#include "unit/stack/fake_stacks.hpp"

namespace strata::test {
namespace {

__attribute__((noinline, no_sanitize("address", "thread", "undefined"))) int recurse(int depth) {
  volatile char frame[512];
  frame[0] = static_cast<char>(depth);
  return depth == 0 ? frame[0] : recurse(depth - 1) + frame[0];
}

// Runs `body` on the stack, to its end.
void run_on(const stack& where, void (*body)()) {
  ucontext_t caller;
  ucontext_t fiber;
  ::getcontext(&fiber);
  fiber.uc_stack.ss_sp = where.base;
  fiber.uc_stack.ss_size = where.size;
  fiber.uc_link = &caller;
  ::makecontext(&fiber, body, 0);
  ::swapcontext(&caller, &fiber);
}

void overflow() { (void)recurse(10'000); }

// ThreadSanitizer must be told of fibers, and keeps a stack of its own.
class stack_overflow : public testing::Test {
 protected:
  void SetUp() override {
    if (sanitized) GTEST_SKIP() << "sanitizers catch the fault themselves";
  }

  stack_pool pool_{{.name = "fibers", .stack_bytes = 16'384, .group_stacks = 4}};
};

using stack_overflow_death = stack_overflow;

TEST_F(stack_overflow_death, names_the_fiber_its_stack_the_depth_and_the_calls) {
  const stack below = pool_.get();
  const stack one = pool_.get();
  pool_.set_name(one, "parser");
  const auto run = [&] {
    if (diagnose_guard_hits()) run_on(one, overflow);
  };
  EXPECT_EXIT(run(), testing::KilledBySignal(SIGSEGV),
              "strata: stack overflow: the fiber \"parser\" touched 0x[0-9a-f]+, [0-9]+ bytes "
              "below the end of stack 1 of the pool \"fibers\", which has 15984 bytes from "
              "0x[0-9a-f]+; its frames are 16[0-9]+ bytes deep.*\n"
              "  at 0x[0-9a-f]+ .*stack_test\\+0x");
  pool_.put(one);
  pool_.put(below);
}

TEST_F(stack_overflow_death, a_fiber_without_a_name_is_told_too) {
  const stack one = pool_.get();
  const auto run = [&] {
    if (diagnose_guard_hits()) run_on(one, overflow);
  };
  EXPECT_EXIT(run(), testing::KilledBySignal(SIGSEGV),
              "strata: stack overflow: a fiber touched .* of stack 0 of the pool");
  pool_.put(one);
}

TEST_F(stack_overflow_death, without_the_handler_it_is_a_fault) {
  const stack one = pool_.get();
  EXPECT_EXIT(run_on(one, overflow), testing::KilledBySignal(SIGSEGV), "^$");
  pool_.put(one);
}

TEST_F(stack_overflow_death, on_any_thread_that_asked_for_its_signal_stack) {
  const stack one = pool_.get();
  const auto run = [&] {
    std::thread([&] {
      if (diagnose_guard_hits()) run_on(one, overflow);
    }).join();
  };
  EXPECT_EXIT(run(), testing::KilledBySignal(SIGSEGV), "stack overflow: a fiber");
  pool_.put(one);
}

TEST_F(stack_overflow_death, the_handler_before_runs_after) {
  const stack one = pool_.get();
  const auto run = [&] {
    struct sigaction before = {};
    before.sa_handler = [](int) {
      std::fputs("the handler before\n", stderr);
      std::_Exit(7);
    };
    before.sa_flags = SA_ONSTACK;
    ::sigaction(SIGSEGV, &before, nullptr);
    if (diagnose_guard_hits()) run_on(one, overflow);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(7), "stack overflow: .*(\n.*)*the handler before");
  pool_.put(one);
}

TEST_F(stack_overflow_death, guards_stop_writes_above_the_top) {
  const stack one = pool_.get();
  const auto run = [&] {
    if (diagnose_guard_hits()) overwrite(static_cast<std::byte*>(one.top()) + 144);
  };
  EXPECT_EXIT(run(), testing::KilledBySignal(SIGSEGV),
              "touched .* 144 bytes above the top of stack 0 of the pool \"fibers\"");
  pool_.put(one);
}

TEST_F(stack_overflow_death, faults_elsewhere_are_not_ours) {
  const stack one = pool_.get();
  const auto run = [&] {
    if (diagnose_guard_hits()) overwrite(reinterpret_cast<void*>(64));
  };
  EXPECT_EXIT(run(), testing::KilledBySignal(SIGSEGV), "^$");
  pool_.put(one);
}

// Memory that was freed looks sound until others have it.
TEST_F(stack_overflow_death, a_pool_that_ended_is_forgotten) {
  const stack one = pool_.get();
  const auto run = [&] {
    {
      stack_pool gone;
      gone.put(gone.get());
    }
    std::vector<std::string> others;
    for (std::size_t size = 16; size < 512; ++size) others.emplace_back(size, '\xff');
    if (diagnose_guard_hits()) run_on(one, overflow);
  };
  EXPECT_EXIT(run(), testing::KilledBySignal(SIGSEGV), "stack overflow: a fiber");
  pool_.put(one);
}

// -- The words, without a fault -----------------------------------------------------

class overflow_words_test : public stack_store_test {
 protected:
  // What is said of a touch of `address`, by code whose stack pointer is that.
  std::string said(const void* address, const void* stack_pointer) {
    const std::string before = os::errors();
    watch_.explain({address, nullptr, stack_pointer});
    return os::errors().substr(before.size());
  }

  [[nodiscard]] std::byte* low(std::size_t index) { return group_->low(index); }
  [[nodiscard]] std::byte* high(std::size_t index) { return group_->high(index); }

  core::stack_layout layout_{{}, os::page_size()};
  std::unique_ptr<core::basic_stack_group<os>> group_ =
      core::basic_stack_group<os>::make(layout_, 4);
  void* stacks_[3] = {group_->open(), group_->open(), group_->open()};
  core::basic_overflow_watch<os> watch_{*group_, 1, "fibers"};
};

TEST_F(overflow_words_test, the_guard_belongs_to_who_ran_into_it) {
  EXPECT_THAT(said(low(1) - 8, low(1) + 100),
              testing::HasSubstr("8 bytes below the end of stack 1"));
  EXPECT_THAT(said(low(1) - 8, low(1) - 16), testing::HasSubstr("below the end of stack 1"));
  EXPECT_THAT(said(low(1) - 4096, high(0) - 500),
              testing::HasSubstr("144 bytes above the top of stack 0"));
  EXPECT_THAT(said(low(0) - 1, nullptr), testing::HasSubstr("1 bytes below the end of stack 0"));
  EXPECT_THAT(said(high(2), nullptr), testing::HasSubstr("656 bytes above the top of stack 2"));
}

TEST_F(overflow_words_test, nothing_is_said_of_what_is_no_guard) {
  EXPECT_EQ(said(low(1), low(1)), "");
  EXPECT_EQ(said(high(1) - 1, nullptr), "");
  EXPECT_EQ(said(high(3), nullptr), "") << "stack 3 was never handed out";
}

}  // namespace
}  // namespace strata::test
