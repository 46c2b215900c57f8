// The functions that lower RLIMIT_AS. strata reserves address space ahead of
// its use; a program that then limits itself to less than is already reserved
// could map nothing any more, not even a thread's stack. So the core is told
// first, and gives the unused part of its reservations back.
//
// They make the system call themselves, rather than look the C library's
// functions up: programs call them between fork and exec, where the dynamic
// linker's lock may belong to a thread that no longer exists.
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "heap/heap.hpp"

namespace {

// glibc declares the resource as an int in some of these functions and as an enum in others.
using resource_name = enum __rlimit_resource;

static_assert(sizeof(rlimit) == sizeof(rlimit64), "the kernel knows the 64-bit form only");

void announce(pid_t process, rlim64_t bytes) noexcept {
  if (bytes == RLIM64_INFINITY) return;
  if (process == 0 || process == getpid()) strata::core::lower_address_space(bytes);
}

// `Limit` is rlimit or rlimit64: two names for one layout.
template <class Limit>
int change(pid_t process, int resource, const Limit* limit, Limit* old) noexcept {
  if (resource == RLIMIT_AS && limit != nullptr) announce(process, limit->rlim_cur);
  return static_cast<int>(syscall(SYS_prlimit64, process, resource, limit, old));
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

int setrlimit(__rlimit_resource_t resource, const rlimit* limit) noexcept {
  return change<rlimit>(0, resource, limit, nullptr);
}

int setrlimit64(__rlimit_resource_t resource, const rlimit64* limit) noexcept {
  return change<rlimit64>(0, resource, limit, nullptr);
}

int prlimit(pid_t process, resource_name resource, const rlimit* limit, rlimit* old) noexcept {
  return change(process, resource, limit, old);
}

int prlimit64(pid_t process, resource_name resource, const rlimit64* limit,
              rlimit64* old) noexcept {
  return change(process, resource, limit, old);
}

}  // extern "C"
#pragma GCC visibility pop
