// Guards: pages in a committed range that fault when touched. Linux 6.13 and
// later mark them in the page tables, at no cost in mappings; elsewhere, and on
// locked memory, a guard is a protected part, which splits the mapping.
//
// Both kinds give the guarded pages' memory back and read as zeros once the
// guard is removed.
#include <sys/mman.h>

#include "os/linux.hpp"
#include "os/linux_constants.hpp"
#include "os/linux_syscall.hpp"

namespace strata::os {

using linux_kernel::succeeds;

guard_kind linux_os::install_guard(void* range, std::size_t bytes) noexcept {
  if (succeeds(SYS_madvise, range, bytes, linux_kernel::advice_guard_install)) {
    return guard_kind::installed;
  }
  if (!protect(range, bytes)) return guard_kind::none;
  decommit(range, bytes, decommit_mode::immediate);
  return guard_kind::protected_;
}

// Which kind it was need not be known: removing a guard where there is none
// succeeds, a kernel that refuses to remove cannot have installed one, and
// commit changes nothing where access is allowed already.
bool linux_os::remove_guard(void* range, std::size_t bytes) noexcept {
  succeeds(SYS_madvise, range, bytes, linux_kernel::advice_guard_remove);
  return commit(range, bytes);
}

}  // namespace strata::os
