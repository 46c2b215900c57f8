// Facts of the machine and of this process, asked for when they are wanted;
// only those that cannot change are kept.
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

#include <bit>

#include "os/errno_guard.hpp"
#include "os/linux.hpp"
#include "os/linux_syscall.hpp"
#include "os/linux_text.hpp"

namespace strata::os {
namespace {

using linux_kernel::call;
using linux_kernel::failed;
using linux_kernel::succeeds;

constexpr std::size_t unknown = SIZE_MAX;

std::size_t read_huge_page_size() noexcept {
  char buffer[32];
  return linux_kernel::leading_number(
             linux_kernel::read_file("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", buffer))
      .value_or(0);
}

}  // namespace

constinit std::atomic<std::size_t> linux_os::page_size_{0};

std::size_t linux_os::find_page_size() noexcept {
  const errno_guard guard;
  const std::size_t size = ::getauxval(AT_PAGESZ);
  page_size_.store(size, std::memory_order_relaxed);
  return size;
}

// Racing first calls read the same file and store the same value.
std::size_t linux_os::huge_page_size() noexcept {
  static constinit std::atomic<std::size_t> size{unknown};
  std::size_t known = size.load(std::memory_order_relaxed);
  if (known == unknown) {
    known = read_huge_page_size();
    size.store(known, std::memory_order_relaxed);
  }
  return known;
}

std::size_t linux_os::physical_memory() noexcept {
  struct sysinfo info = {};
  if (!succeeds(SYS_sysinfo, &info)) return 0;
  return static_cast<std::size_t>(info.totalram) * info.mem_unit;
}

std::size_t linux_os::address_space_limit() noexcept {
  struct {
    std::uint64_t soft;
    std::uint64_t hard;
  } limit = {};
  if (!succeeds(SYS_prlimit64, 0, RLIMIT_AS, nullptr, &limit)) return SIZE_MAX;
  return limit.soft;  // the kernel's "infinity" is SIZE_MAX too
}

// The second field of statm, in pages.
std::size_t linux_os::resident_bytes() noexcept {
  char buffer[128];
  const std::string_view fields = linux_kernel::read_file("/proc/self/statm", buffer);
  return linux_kernel::leading_number(linux_kernel::after(fields, " ")).value_or(0) * page_size();
}

// The kernel's own record survives a /proc that is not mounted, but not exec:
// it starts with the peak of the program that ran before in this process.
std::size_t linux_os::resident_peak_bytes() noexcept {
  char buffer[4096];
  const std::string_view status = linux_kernel::read_file("/proc/self/status", buffer);
  if (const auto peak = linux_kernel::leading_number(linux_kernel::after(status, "VmHWM:"))) {
    return *peak * 1024;
  }
  struct rusage usage = {};
  if (!succeeds(SYS_getrusage, RUSAGE_SELF, &usage)) return 0;
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

// Processors this thread may run on. The kernel refuses a mask that is smaller
// than its own, so it is given room for 65,536.
std::size_t linux_os::processor_count() noexcept {
  unsigned long mask[1024] = {};
  const long bytes = call(SYS_sched_getaffinity, 0, sizeof mask, mask);
  if (failed(bytes)) return 1;
  std::size_t count = 0;
  for (const unsigned long word : mask) count += static_cast<std::size_t>(std::popcount(word));
  return count != 0 ? count : 1;
}

}  // namespace strata::os
