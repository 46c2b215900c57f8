// Moving pages from one committed range to another without copying, by
// mremap with MREMAP_DONTUNMAP (Linux 5.7).
//
// Refusals come in two kinds. Those that happen (an old kernel, too many
// mappings, a source that is not one mapping) come before anything is touched.
// But the kernel unmaps the target before its last steps, and if it then runs
// out of its own memory, a hole is left: it is filled again at once. Hence
// "false" leaves `from` as it was, and `to` committed with its old contents or
// zeros. A thread that maps memory in between could take the hole; nothing can
// be done about that window from outside the kernel.
//
// Cost to know: a mapping remembers the offset its pages came from, so moved
// ranges do not merge with their new neighbours, and each move may add up to
// four mappings to those that vm.max_map_count limits. Move what is large.
#include <sys/mman.h>

#include "base/base.hpp"
#include "os/linux.hpp"
#include "os/linux_constants.hpp"
#include "os/linux_syscall.hpp"

namespace strata::os {
namespace {

[[gnu::cold, gnu::noinline]] void fill_hole(void* range, std::size_t bytes) noexcept {
  if (!linux_os::reserve_at(range, bytes, initial_access::none)) return;  // there is none
  base::check(linux_os::commit(range, bytes), "the kernel took back a committed range");
}

}  // namespace

bool linux_os::move_pages(void* from, void* to, std::size_t bytes) noexcept {
  constexpr int flags = MREMAP_MAYMOVE | MREMAP_FIXED | linux_kernel::remap_dontunmap;
  if (linux_kernel::succeeds(SYS_mremap, from, bytes, bytes, flags, to)) return true;
  fill_hole(to, bytes);
  return false;
}

}  // namespace strata::os
