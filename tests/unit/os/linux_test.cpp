// What is Linux's own: the text of /proc, names in maps, fatal reports, the
// real environment.
#include "os/linux.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "base/align.hpp"
#include "base/fatal.hpp"
#include "base/types.hpp"

namespace strata::os {
namespace {

std::string read_all(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(linux_os, page_size_and_process_agree_with_the_library) {
  EXPECT_EQ(linux_os::page_size(), static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(linux_os::process_id(), static_cast<std::uint64_t>(getpid()));
  EXPECT_EQ(linux_os::environment(), environ);
}

TEST(linux_os, named_range_shows_in_maps) {
  const std::size_t bytes = linux_os::page_size();
  void* const range = linux_os::reserve(bytes, bytes, initial_access::none);
  if (linux_os::name_range(range, bytes, "strata linux_test")) {
    EXPECT_NE(read_all("/proc/self/maps").find("[anon:strata linux_test]"), std::string::npos);
  }
  linux_os::release(range, bytes);
}

TEST(linux_os, refused_lock_is_a_value) {
  const std::size_t bytes = linux_os::page_size();
  void* const range = linux_os::reserve(bytes, bytes, initial_access::none);
  linux_os::release(range, bytes);
  errno = 4711;
  EXPECT_FALSE(linux_os::lock_in_memory(range, bytes));
  EXPECT_EQ(errno, 4711);
}

TEST(linux_os, address_space_limit_follows_setrlimit) {
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlimit lower = before;
  lower.rlim_cur = std::size_t{1} << 46;
  EXPECT_EQ(linux_os::address_space_limit(), before.rlim_cur);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &lower), 0);
  EXPECT_EQ(linux_os::address_space_limit(), std::size_t{1} << 46);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
}

TEST(linux_os, peak_covers_memory_that_was_given_back) {
  const std::size_t bytes = 32 * base::mib;
  void* const range = linux_os::reserve(bytes, linux_os::page_size(), initial_access::none);
  ASSERT_TRUE(linux_os::commit(range, bytes));
  std::fill_n(static_cast<char*>(range), bytes, 'x');
  const std::size_t full = linux_os::resident_bytes();
  linux_os::release(range, bytes);
  EXPECT_GE(full, bytes);
  EXPECT_GE(linux_os::resident_peak_bytes() + base::mib, full);
}

// A failed move must leave both ranges usable. A source that is not mapped is refused
// after the kernel has looked at the target.
TEST(linux_os, refused_move_leaves_the_target_usable) {
  const std::size_t page = linux_os::page_size();
  void* const range = linux_os::reserve(4 * page, page, initial_access::none);
  ASSERT_TRUE(linux_os::commit(range, 4 * page));
  void* const gone = linux_os::reserve(page, page, initial_access::none);
  linux_os::release(gone, page);
  EXPECT_FALSE(linux_os::move_pages(gone, range, page));
  *static_cast<volatile char*>(range) = 1;
  EXPECT_FALSE(linux_os::reserve_at(range, page, initial_access::none));
  linux_os::release(range, 4 * page);
}

// Values of early keys lie in the thread itself; later ones need memory of the C library.
TEST(linux_os, exit_hook_can_be_set_while_many_keys_exist) {
  linux_os::start();
  static std::atomic<int> runs;
  runs = 0;
  pthread_key_t keys[64];
  for (pthread_key_t& key : keys) ASSERT_EQ(pthread_key_create(&key, nullptr), 0);
  std::thread([&keys] {
    for (const pthread_key_t key : keys) pthread_setspecific(key, &runs);
    EXPECT_TRUE(linux_os::on_thread_exit([]() noexcept { ++runs; }));
  }).join();
  for (const pthread_key_t key : keys) pthread_key_delete(key);
  EXPECT_EQ(runs, 1);
}

TEST(linux_os, fork_hooks_run_on_both_sides) {
  static int prepared;
  static int parents;
  static int children;
  ASSERT_TRUE(linux_os::on_fork({.prepare = []() noexcept { ++prepared; },
                                 .parent = []() noexcept { ++parents; },
                                 .child = []() noexcept { ++children; }}));
  EXPECT_EXIT(_exit(prepared * 100 + children * 10 + parents), testing::ExitedWithCode(110), "");
  EXPECT_EQ(prepared, 1);
  EXPECT_EQ(parents, 1);
  EXPECT_EQ(children, 0);
}

TEST(linux_os, fatal_reports_go_to_stderr_and_abort) {
  linux_os::start();
  EXPECT_EXIT(base::check(false, "walnuts are blue"), testing::KilledBySignal(SIGABRT),
              "walnuts are blue");
}

}  // namespace
}  // namespace strata::os
