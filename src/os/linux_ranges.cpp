// The life of a range: address space comes and goes with mmap and munmap,
// access with mprotect, memory with madvise.
//
// Everything reserved is private, anonymous and MAP_NORESERVE: a reservation
// costs a kernel structure, never memory or commit charge.
#include <sys/mman.h>

#include "base/base.hpp"
#include "os/linux.hpp"
#include "os/linux_constants.hpp"
#include "os/linux_syscall.hpp"

namespace strata::os {
namespace {

using linux_kernel::call;
using linux_kernel::failed;
using linux_kernel::succeeds;

constexpr int protection(initial_access access) noexcept {
  return access == initial_access::read_zero ? PROT_READ : PROT_NONE;
}

// nullptr when refused.
void* map(void* hint, std::size_t bytes, initial_access access, int flags) noexcept {
  const long result = call(SYS_mmap, hint, bytes, protection(access),
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  return failed(result) ? nullptr : reinterpret_cast<void*>(result);
}

void unmap(void* range, std::size_t bytes) noexcept {
  if (bytes != 0) call(SYS_munmap, range, bytes);
}

// Reserves enough to contain an aligned range wherever it lands, cuts the rest.
void* map_and_trim(std::size_t bytes, std::size_t alignment, initial_access access) noexcept {
  const std::size_t slack = alignment - linux_os::page_size();
  if (bytes > SIZE_MAX - slack) return nullptr;
  void* const whole = map(nullptr, bytes + slack, access, 0);
  if (whole == nullptr) return nullptr;
  const std::size_t before = base::align_up(reinterpret_cast<std::uintptr_t>(whole), alignment) -
                             reinterpret_cast<std::uintptr_t>(whole);
  void* const range = base::advance(whole, before);
  unmap(whole, before);
  unmap(base::advance(range, bytes), slack - before);
  return range;
}

}  // namespace

// The first try asks for no more than needed: it often is aligned already, and
// under an address-space limit there may be no room for the slack.
void* linux_os::reserve(std::size_t bytes, std::size_t alignment, initial_access access) noexcept {
  void* const range = map(nullptr, bytes, access, 0);
  if (range == nullptr || base::is_aligned(range, alignment)) return range;
  unmap(range, bytes);
  return map_and_trim(bytes, alignment, access);
}

bool linux_os::reserve_at(void* range, std::size_t bytes, initial_access access) noexcept {
  void* const mapped = map(range, bytes, access, linux_kernel::map_fixed_noreplace);
  if (mapped == range) return mapped != nullptr;
  // Kernels before 4.17 take the address as a hint only.
  if (mapped != nullptr) unmap(mapped, bytes);
  return false;
}

void linux_os::release(void* range, std::size_t bytes) noexcept { unmap(range, bytes); }

bool linux_os::commit(void* range, std::size_t bytes) noexcept {
  return succeeds(SYS_mprotect, range, bytes, PROT_READ | PROT_WRITE);
}

// Locked pages (mlockall) refuse MADV_FREE and MADV_DONTNEED.
bool linux_os::decommit(void* range, std::size_t bytes, decommit_mode mode) noexcept {
  if (mode == decommit_mode::lazy &&
      succeeds(SYS_madvise, range, bytes, linux_kernel::advice_free)) {
    return true;
  }
  return succeeds(SYS_madvise, range, bytes, MADV_DONTNEED) ||
         succeeds(SYS_madvise, range, bytes, linux_kernel::advice_dontneed_locked);
}

bool linux_os::protect(void* range, std::size_t bytes) noexcept {
  return succeeds(SYS_mprotect, range, bytes, PROT_NONE);
}

}  // namespace strata::os
