// Hints to the kernel about ranges. Each may be refused without harm: by a
// kernel that is too old or built without the feature, or by a sandbox.
#include <sys/mman.h>

#include "os/linux.hpp"
#include "os/linux_constants.hpp"
#include "os/linux_syscall.hpp"

namespace strata::os {

using linux_kernel::call;
using linux_kernel::failed;
using linux_kernel::succeeds;

bool linux_os::populate(void* range, std::size_t bytes) noexcept {
  return succeeds(SYS_madvise, range, bytes, linux_kernel::advice_populate_write);
}

bool linux_os::advise_huge(void* range, std::size_t bytes, bool wanted) noexcept {
  return succeeds(SYS_madvise, range, bytes, wanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

bool linux_os::collapse_huge(void* range, std::size_t bytes) noexcept {
  return succeeds(SYS_madvise, range, bytes, linux_kernel::advice_collapse);
}

bool linux_os::name_range(void* range, std::size_t bytes, const char* name) noexcept {
  return succeeds(SYS_prctl, linux_kernel::set_vma, linux_kernel::set_vma_anon_name, range, bytes,
                  name);
}

bool linux_os::exclude_from_dump(void* range, std::size_t bytes) noexcept {
  return succeeds(SYS_madvise, range, bytes, MADV_DONTDUMP);
}

// RLIMIT_MEMLOCK bounds it, and a control group may.
bool linux_os::lock_in_memory(void* range, std::size_t bytes) noexcept {
  return succeeds(SYS_mlock, range, bytes);
}

// The kernel looks up the page itself, and maps it if it was never touched.
int linux_os::numa_node_of(const void* address) noexcept {
  int node = -1;
  const bool known = succeeds(SYS_get_mempolicy, &node, nullptr, 0, address,
                              linux_kernel::policy_flag_node | linux_kernel::policy_flag_address);
  return known ? node : -1;
}

// Preferred rather than bound: when the node is full, memory from elsewhere is
// slower, while a bound range would end the process.
bool linux_os::bind_to_node(void* range, std::size_t bytes, int node) noexcept {
  constexpr int nodes_max = 1024;
  constexpr int bits = static_cast<int>(sizeof(unsigned long) * 8);
  if (node < 0 || node >= nodes_max) return false;
  unsigned long mask[nodes_max / bits] = {};
  mask[node / bits] = 1UL << (node % bits);
  // The kernel reads one bit less than it is told.
  return succeeds(SYS_mbind, range, bytes, linux_kernel::policy_preferred, mask, nodes_max + 1, 0);
}

}  // namespace strata::os
