#include "os/file.hpp"

#include <fcntl.h>

#include "os/linux_syscall.hpp"

namespace strata::os {
namespace {

using linux_kernel::call;
using linux_kernel::failed;

constexpr long mode_of_new_files = 0644;

bool write_all(long file, const char* data, std::size_t size) noexcept {
  while (size != 0) {
    const long written = call(SYS_write, file, data, size);
    if (written == -EINTR) continue;
    if (written <= 0) return false;
    data += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

bool write_file(const char* path, const void* data, std::size_t size) noexcept {
  const long file =
      call(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_of_new_files);
  if (failed(file)) return false;
  const bool written = write_all(file, static_cast<const char*>(data), size);
  return !failed(call(SYS_close, file)) && written;
}

}  // namespace strata::os
