// The barrier in every running thread, as Linux gives it or refuses it.
#include "os/thread_barrier.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace strata::os {
namespace {

// Old systems and some sandboxes refuse; then they always do.
TEST(linux_thread_barrier, is_passed_where_it_was_prepared_and_in_a_child_too) {
  const bool prepared = prepare_thread_barrier();
  EXPECT_EQ(pass_thread_barrier(), prepared);
  EXPECT_EQ(prepare_thread_barrier(), prepared);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(pass_thread_barrier() == prepared ? 0 : 1);
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace strata::os
