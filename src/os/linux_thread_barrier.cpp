// The barrier of os/thread_barrier.hpp: membarrier(2), "private expedited", since
// Linux 4.14. The system interrupts the processors that run threads of the process.
#include "os/thread_barrier.hpp"

#include <linux/membarrier.h>

#include "os/linux_syscall.hpp"

namespace strata::os {
namespace {

bool ask(membarrier_cmd command) noexcept {
  return linux_kernel::succeeds(SYS_membarrier, static_cast<int>(command), 0, 0);
}

}  // namespace

bool prepare_thread_barrier() noexcept { return ask(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED); }

// A process that was made without its parent's registration registers anew.
bool pass_thread_barrier() noexcept {
  return ask(MEMBARRIER_CMD_PRIVATE_EXPEDITED) ||
         (prepare_thread_barrier() && ask(MEMBARRIER_CMD_PRIVATE_EXPEDITED));
}

}  // namespace strata::os
