// Guards, and the diagnosis of those who touch them.
#include <strata/arena/guard_hits.hpp>

#include <strata/arena/bump_region.hpp>

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "support/sanitized.hpp"
#include "support/unsanitized.hpp"

namespace strata::test {
namespace {

struct guarded : bump_policies::high_performance {
  static constexpr std::size_t guard_pages = 2;
};

struct guard_hits_test : testing::Test {
  strata::bump_region<guarded> region{100000, {.name = "under test"}};
  std::byte* first = static_cast<std::byte*>(region.allocate(1));
  std::byte* end = first + region.capacity();
};

TEST_F(guard_hits_test, without_the_handler_a_guard_is_a_fault) {
  EXPECT_DEATH(overwrite(end), "");
  EXPECT_DEATH(overwrite(first - 1), "");
}

TEST_F(guard_hits_test, both_guards_are_named) {
  const auto touch = [](std::byte* at) {
    if (diagnose_guard_hits()) overwrite(at);
  };
  EXPECT_DEATH(touch(end + 100),
               "fatal: guard hit: the address 0x[0-9a-f]+ was touched, 100 bytes beyond the end of "
               "the bump region \"under test\"");
  EXPECT_DEATH(touch(first - 8), "8 bytes below the start of the bump region \"under test\"");
  EXPECT_DEATH(touch(end + 8000), "guard hit: .* 8000 bytes beyond the end");
}

TEST_F(guard_hits_test, asking_again_changes_nothing) {
  const auto touch = [](std::byte* at) {
    if (diagnose_guard_hits() && diagnose_guard_hits()) overwrite(at);
  };
  EXPECT_DEATH(touch(end), "guard hit: .* 0 bytes beyond the end");
}

TEST_F(guard_hits_test, each_thread_may_ask_for_its_own_stack) {
  const auto touch = [](std::byte* at) {
    std::thread([] { (void)diagnose_guard_hits(); }).join();
    std::thread([&] {
      if (diagnose_guard_hits()) overwrite(at);
    }).join();
  };
  EXPECT_DEATH(touch(end), "guard hit");
}

TEST_F(guard_hits_test, the_right_one_of_many_is_named) {
  strata::bump_region<guarded> other(5000, {.name = "other"});
  { const strata::bump_region<guarded> gone(5000, {.name = "gone"}); }
  std::byte* const end_of_other = static_cast<std::byte*>(other.allocate(1)) + other.capacity();
  const auto touch = [](std::byte* at) {
    if (diagnose_guard_hits()) overwrite(at);
  };
  EXPECT_DEATH(touch(end_of_other), "the bump region \"other\"");
  EXPECT_DEATH(touch(end), "the bump region \"under test\"");
}

TEST_F(guard_hits_test, other_faults_go_to_the_handler_before) {
  const auto run = [] {
    std::signal(SIGSEGV, [](int) {
      std::fputs("the handler before\n", stderr);
      std::_Exit(7);
    });
    if (!diagnose_guard_hits()) return;
    overwrite(reinterpret_cast<void*>(64));
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(7), "the handler before");
}

TEST_F(guard_hits_test, other_faults_end_the_program_as_ever) {
  const auto run = [](bool ignored, bool sent) {
    std::signal(SIGSEGV, ignored ? SIG_IGN : SIG_DFL);
    if (!diagnose_guard_hits()) return;
    if (sent) {
      (void)std::raise(SIGSEGV);
      std::_Exit(9);
    }
    overwrite(reinterpret_cast<void*>(64));
  };
  EXPECT_EXIT(run(false, false), testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT(run(false, true), testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT(run(true, false), testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT(run(true, true), testing::ExitedWithCode(9), "");
}

}  // namespace
}  // namespace strata::test
