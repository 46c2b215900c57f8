// The process: its start, environment, voice and end.
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/base.hpp"
#include "os/errno_guard.hpp"
#include "os/linux.hpp"
#include "os/linux_main_thread.hpp"
#include "os/linux_syscall.hpp"
#include "os/linux_thread_exit.hpp"

namespace strata::os {

void linux_os::start() noexcept {
  const errno_guard guard;
  static constexpr base::fatal_hooks voice{.write = write_error, .die = die};
  base::set_fatal_hooks(&voice);
  find_page_size();
  take_room_around_main_thread();
  make_thread_exit_key();
}

// Before the C library has started, `environ` may still be null.
const char* const* linux_os::environment() noexcept {
  static constexpr const char* empty[] = {nullptr};
  return ::environ != nullptr ? ::environ : empty;
}

bool linux_os::is_privileged() noexcept {
  const errno_guard guard;
  return ::getauxval(AT_SECURE) != 0;
}

std::uint64_t linux_os::process_id() noexcept {
  return static_cast<std::uint64_t>(linux_kernel::call(SYS_getpid));
}

void linux_os::write_error(std::string_view text) noexcept {
  while (!text.empty()) {
    const long written = linux_kernel::call(SYS_write, STDERR_FILENO, text.data(), text.size());
    if (written == -EINTR) continue;
    if (linux_kernel::failed(written) || written == 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void linux_os::die() noexcept { ::abort(); }

}  // namespace strata::os
