// Nothing can be mapped within the distance that tokens keep from the main thread's.
#include "os/linux_main_thread.hpp"

#include <gtest/gtest.h>

#include "base/base.hpp"
#include "os/linux.hpp"

namespace strata::os {
namespace {

// True if the page was free, and is ours now.
bool can_be_mapped(std::uintptr_t page) {
  void* const at = reinterpret_cast<void*>(page);
  const std::size_t bytes = linux_os::page_size();
  if (!linux_os::reserve_at(at, bytes, initial_access::none)) return false;
  linux_os::release(at, bytes);
  return true;
}

TEST(linux_main_thread, no_page_around_its_control_block_is_free) {
  linux_os::start();
  const std::uintptr_t token = linux_os::thread_token();
  const std::size_t page = linux_os::page_size();
  const std::uintptr_t last = base::align_down(token + token_distance_min - 1, page);
  for (std::uintptr_t at = base::align_down(token - token_distance_min, page); at <= last;
       at += page) {
    EXPECT_FALSE(can_be_mapped(at)) << std::hex << at << " beside " << token;
  }
}

}  // namespace
}  // namespace strata::os
