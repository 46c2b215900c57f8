// Residency on Linux: mincore, which touches nothing. To read the pages instead, and
// look for zeros, would map every one of them.
#include "os/residency.hpp"

#include <algorithm>
#include <array>

#include "base/base.hpp"
#include "os/linux.hpp"
#include "os/linux_syscall.hpp"

namespace strata::os {

residency residency_of(const void* range, std::size_t bytes) noexcept {
  const std::size_t page = linux_os::page_size();
  const auto* const begin = static_cast<const std::byte*>(range);
  std::array<unsigned char, 512> present;
  residency found{.bytes = 0, .depth = 0};
  for (std::size_t at = 0; at < bytes; at += present.size() * page) {
    const std::size_t pages = std::min(present.size(), (bytes - at) / page);
    if (!linux_kernel::succeeds(SYS_mincore, begin + at, pages * page, present.data())) {
      return {.bytes = bytes, .depth = bytes};
    }
    for (std::size_t i = 0; i < pages; ++i) {
      if ((present[i] & 1U) == 0) continue;
      found.bytes += page;
      if (found.depth == 0) found.depth = bytes - at - i * page;
    }
  }
  return found;
}

}  // namespace strata::os
