// Shared memory on Linux: memfd_create with seals (3.17; from 6.3 on never executable,
// which some systems insist on), locks of open file descriptions (3.15), futexes that are
// not private to a process.
//
// A lock of an open file description is the only kind that ends with its holder, is
// not lost when some other descriptor of the file is closed, and knows nothing of
// process numbers, which are used again and differ between containers.
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>

#include "base/base.hpp"
#include "os/errno_guard.hpp"
#include "os/linux_syscall.hpp"
#include "os/shared_memory.hpp"

namespace strata::os {
namespace {

using linux_kernel::call;
using linux_kernel::failed;
using linux_kernel::succeeds;

constexpr unsigned never_executable = 0x8;  // MFD_NOEXEC_SEAL, which Debian 12's headers lack
constexpr int size_seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

struct flock lock_of(std::uint64_t number) noexcept {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(number);
  lock.l_len = 1;
  return lock;
}

}  // namespace

int make_memory_file(const char* name, std::size_t bytes) noexcept {
  constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  long file = call(SYS_memfd_create, name, flags | never_executable);
  if (file == -EINVAL) file = call(SYS_memfd_create, name, flags);
  if (failed(file)) return -1;
  const int made = static_cast<int>(file);
  if (succeeds(SYS_ftruncate, made, bytes) && succeeds(SYS_fcntl, made, F_ADD_SEALS, size_seals)) {
    return made;
  }
  close_file(made);
  return -1;
}

// Files of huge pages can be sealed too, but touching them faults where none is left.
std::size_t fixed_size_of(int file) noexcept {
  const long seals = call(SYS_fcntl, file, F_GET_SEALS);
  if (failed(seals) || (seals & F_SEAL_SHRINK) == 0) return 0;
  const errno_guard guard;
  struct statfs system = {};
  if (::fstatfs(file, &system) != 0 || system.f_type != TMPFS_MAGIC) return 0;
  struct stat facts = {};
  if (::fstat(file, &facts) != 0 || facts.st_size <= 0) return 0;
  return static_cast<std::size_t>(facts.st_size);
}

int duplicate_file(int file) noexcept {
  const long copy = call(SYS_fcntl, file, F_DUPFD_CLOEXEC, 0);
  return failed(copy) ? -1 : static_cast<int>(copy);
}

void close_file(int file) noexcept { call(SYS_close, file); }

void* map_file(int file, std::size_t bytes) noexcept {
  const long range = call(SYS_mmap, nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  return failed(range) ? nullptr : reinterpret_cast<void*>(range);
}

void unmap_file(void* range, std::size_t bytes) noexcept { call(SYS_munmap, range, bytes); }

int open_again(int file) noexcept {
  base::text<64> path;
  path.add("/proc/self/fd/").add_decimal(static_cast<std::size_t>(file));
  const long opening = call(SYS_openat, AT_FDCWD, path.c_str(), O_RDWR | O_CLOEXEC);
  return failed(opening) ? -1 : static_cast<int>(opening);
}

bool claim(int opening, std::uint64_t number) noexcept {
  struct flock lock = lock_of(number);
  return succeeds(SYS_fcntl, opening, F_OFD_SETLK, &lock);
}

bool claimed_by_another(int opening, std::uint64_t number) noexcept {
  struct flock lock = lock_of(number);
  return succeeds(SYS_fcntl, opening, F_OFD_GETLK, &lock) && lock.l_type != F_UNLCK;
}

void wait_shared(std::atomic<std::uint32_t>& word, std::uint32_t value, std::uint64_t ns) noexcept {
  const timespec timeout = {.tv_sec = static_cast<time_t>(ns / 1'000'000'000),
                            .tv_nsec = static_cast<long>(ns % 1'000'000'000)};
  call(SYS_futex, &word, FUTEX_WAIT, value, &timeout);
}

void wake_shared(std::atomic<std::uint32_t>& word) noexcept {
  call(SYS_futex, &word, FUTEX_WAKE, 1);
}

}  // namespace strata::os
