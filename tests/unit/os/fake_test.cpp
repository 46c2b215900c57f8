// What only the fake system can do: refuse on demand, keep time, tell on its caller.
#include "os/fake.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>

#include "base/types.hpp"

namespace strata::os {
namespace {

class fake : public testing::Test {
 protected:
  void SetUp() override {
    fake_os::start();
    fake_os::reset();
  }

  static std::byte* reserve_pages(std::size_t count) {
    return static_cast<std::byte*>(fake_os::reserve(count * page(), page(), initial_access::none));
  }
  static std::size_t page() { return fake_os::page_size(); }
};

TEST_F(fake, fail_call_refuses_exactly_that_call) {
  fake_os::fail_call(2);
  std::byte* const first = reserve_pages(2);
  ASSERT_NE(first, nullptr);
  EXPECT_FALSE(fake_os::commit(first, page()));
  EXPECT_TRUE(fake_os::commit(first, page()));
  EXPECT_EQ(fake_os::calls(), 3U);
  EXPECT_EQ(fake_os::counts().commit, 2U);
  EXPECT_EQ(fake_os::counts().bytes_committed, page());
}

TEST_F(fake, fail_from_refuses_until_fail_none) {
  std::byte* const range = reserve_pages(1);
  fake_os::fail_from(1);
  EXPECT_FALSE(fake_os::commit(range, page()));
  EXPECT_EQ(reserve_pages(1), nullptr);
  EXPECT_FALSE(fake_os::on_thread_exit([]() noexcept {}));
  EXPECT_FALSE(fake_os::start_thread([]() noexcept {}));
  fake_os::fail_none();
  EXPECT_TRUE(fake_os::commit(range, page()));
}

TEST_F(fake, refused_calls_change_nothing) {
  std::byte* const range = reserve_pages(4);
  ASSERT_TRUE(fake_os::commit(range, 4 * page()));
  std::memset(range, 0x5a, 4 * page());
  fake_os::fail_from(1);
  EXPECT_FALSE(fake_os::decommit(range, page(), decommit_mode::immediate));
  EXPECT_FALSE(fake_os::move_pages(range, range + 2 * page(), page()));
  EXPECT_FALSE(fake_os::protect(range, page()));
  EXPECT_EQ(fake_os::install_guard(range, page()), guard_kind::none);
  EXPECT_EQ(range[0], std::byte{0x5a});
  EXPECT_EQ(fake_os::committed_bytes(), 4 * page());
  EXPECT_EQ(fake_os::counts().bytes_decommitted, 0U);
}

TEST_F(fake, accounts_for_reserved_and_committed_bytes) {
  std::byte* const range = reserve_pages(8);
  EXPECT_EQ(fake_os::reserved_bytes(), 8 * page());
  ASSERT_TRUE(fake_os::commit(range, 4 * page()));
  ASSERT_TRUE(fake_os::commit(range + 2 * page(), 4 * page()));
  EXPECT_EQ(fake_os::committed_bytes(), 6 * page());
  ASSERT_TRUE(fake_os::protect(range, page()));
  EXPECT_EQ(fake_os::committed_bytes(), 5 * page());
  fake_os::release(range, 8 * page());
  EXPECT_EQ(fake_os::reserved_bytes(), 0U);
  EXPECT_EQ(fake_os::committed_bytes(), 0U);
}

TEST_F(fake, resident_bytes_are_the_touched_pages) {
  std::byte* const range = reserve_pages(64);
  ASSERT_TRUE(fake_os::commit(range, 64 * page()));
  EXPECT_EQ(fake_os::resident_bytes(), 0U);
  for (std::size_t i = 0; i < 5; ++i) range[i * page()] = std::byte{1};
  EXPECT_EQ(fake_os::resident_bytes(), 5 * page());
  ASSERT_TRUE(fake_os::decommit(range, 2 * page(), decommit_mode::immediate));
  EXPECT_EQ(fake_os::resident_bytes(), 3 * page());
  EXPECT_EQ(fake_os::resident_peak_bytes(), 5 * page());
}

TEST_F(fake, enforces_the_address_space_limit) {
  fake_os::facts().address_space_limit = 4 * page();
  std::byte* const range = reserve_pages(3);
  ASSERT_NE(range, nullptr);
  EXPECT_EQ(reserve_pages(2), nullptr);
  EXPECT_NE(reserve_pages(1), nullptr);
  fake_os::release(range, 3 * page());
  EXPECT_NE(reserve_pages(2), nullptr);
}

TEST_F(fake, reset_releases_everything) {
  std::byte* const range = reserve_pages(1);
  fake_os::reset();
  EXPECT_EQ(fake_os::reserved_bytes(), 0U);
  EXPECT_TRUE(fake_os::reserve_at(range, page(), initial_access::none));
}

TEST_F(fake, notices_misuse_and_refuses_it) {
  std::byte* const range = reserve_pages(4);
  EXPECT_FALSE(fake_os::commit(range + 1, page()));
  EXPECT_FALSE(fake_os::commit(range, page() + 1));
  EXPECT_FALSE(fake_os::commit(range + 4 * page(), page()));
  EXPECT_FALSE(fake_os::commit(range, 0));
  EXPECT_FALSE(fake_os::decommit(range, page(), decommit_mode::immediate));
  EXPECT_EQ(fake_os::install_guard(range, page()), guard_kind::none);
  EXPECT_FALSE(fake_os::remove_guard(range, page()));
  EXPECT_FALSE(fake_os::move_pages(range, range + page(), page()));
  EXPECT_EQ(fake_os::reserve(page(), page() + 1, initial_access::none), nullptr);
  EXPECT_EQ(fake_os::violations().size(), 9U);
  fake_os::release(range, page());
  EXPECT_EQ(fake_os::violations().size(), 10U);
  EXPECT_EQ(fake_os::reserved_bytes(), 4 * page());
}

TEST_F(fake, the_end_of_a_range_can_be_released_on_its_own) {
  std::byte* const range = reserve_pages(4);
  fake_os::release(range + page(), 3 * page());
  EXPECT_EQ(fake_os::reserved_bytes(), page());
  EXPECT_TRUE(fake_os::reserve_at(range + page(), page(), initial_access::none));
  fake_os::release(range, page());
  EXPECT_EQ(fake_os::reserved_bytes(), page());
  EXPECT_TRUE(fake_os::violations().empty());
}

TEST_F(fake, notices_changes_over_a_guard) {
  std::byte* const range = reserve_pages(4);
  ASSERT_TRUE(fake_os::commit(range, 4 * page()));
  fake_os::facts().guard = guard_kind::protected_;
  ASSERT_EQ(fake_os::install_guard(range + page(), page()), guard_kind::protected_);
  EXPECT_TRUE(fake_os::violations().empty());
  EXPECT_FALSE(fake_os::commit(range, 2 * page()));
  EXPECT_FALSE(fake_os::protect(range, 2 * page()));
  EXPECT_FALSE(fake_os::move_pages(range, range + 2 * page(), 2 * page()));
  EXPECT_EQ(fake_os::violations().size(), 3U);
  EXPECT_TRUE(fake_os::remove_guard(range + page(), page()));
  range[page()] = std::byte{1};
}

TEST_F(fake, guard_kind_and_moving_follow_the_facts) {
  std::byte* const range = reserve_pages(4);
  ASSERT_TRUE(fake_os::commit(range, 4 * page()));
  fake_os::facts().guard = guard_kind::none;
  EXPECT_EQ(fake_os::install_guard(range, page()), guard_kind::none);
  fake_os::facts().moves_pages = false;
  EXPECT_FALSE(fake_os::move_pages(range, range + 2 * page(), page()));
  EXPECT_TRUE(fake_os::violations().empty());
}

TEST_F(fake, time_moves_only_when_told) {
  const std::uint64_t before = fake_os::monotonic_ns();
  EXPECT_EQ(fake_os::monotonic_ns(), before);
  fake_os::advance_ns(123);
  EXPECT_EQ(fake_os::monotonic_ns(), before + 123);
  EXPECT_EQ(fake_os::coarse_ns(), before + 123);
}

TEST_F(fake, advancing_the_clock_ends_a_timed_wait) {
  std::atomic<std::uint32_t> word{0};
  const std::uint64_t end = fake_os::monotonic_ns() + 1000;
  std::thread sleeper([&word, end] {
    while (fake_os::monotonic_ns() < end) fake_os::wait_for(word, 0, 1000);
  });
  fake_os::advance_ns(1000);
  sleeper.join();
}

TEST_F(fake, end_thread_runs_the_hook_once) {
  static int runs;
  runs = 0;
  fake_os::end_thread();
  EXPECT_TRUE(fake_os::on_thread_exit([]() noexcept { ++runs; }));
  fake_os::end_thread();
  fake_os::end_thread();
  EXPECT_EQ(runs, 1);
}

TEST_F(fake, acting_threads_have_tokens_and_ends_of_their_own) {
  static std::uintptr_t ended;
  ended = 0;
  const std::uintptr_t self = fake_os::thread_token();
  const std::uintptr_t other = std::uintptr_t{1} << 20;
  {
    const acting_thread act(other);
    EXPECT_EQ(fake_os::thread_token(), other);
    EXPECT_TRUE(fake_os::on_thread_exit([]() noexcept { ended = fake_os::thread_token(); }));
  }
  EXPECT_EQ(fake_os::thread_token(), self);
  fake_os::end_thread();
  EXPECT_EQ(ended, 0U);
  const acting_thread act(other);
  fake_os::end_thread();
  EXPECT_EQ(ended, other);
}

TEST_F(fake, fork_hooks_run_in_the_order_of_the_library) {
  static std::string order;
  order.clear();
  fake_os::on_fork({[]() noexcept { order += "a"; }, []() noexcept { order += "b"; },
                    []() noexcept { order += "c"; }});
  fake_os::on_fork({[]() noexcept { order += "d"; }, []() noexcept { order += "e"; },
                    []() noexcept { order += "f"; }});
  fake_os::fork_prepare();
  fake_os::fork_parent();
  fake_os::fork_child();
  EXPECT_EQ(order, "dabecf");
}

TEST_F(fake, entropy_repeats_after_reset) {
  const std::uint64_t first = fake_os::entropy();
  fake_os::reset();
  EXPECT_EQ(fake_os::entropy(), first);
}

TEST_F(fake, collects_errors) {
  fake_os::write_error("one ");
  fake_os::write_error("two");
  EXPECT_EQ(fake_os::errors(), "one two");
}

}  // namespace
}  // namespace strata::os
