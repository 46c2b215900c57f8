// System calls without the C library. Its wrappers set errno, and tools that
// are loaded next to strata replace some of them (mmap, madvise) by code that
// calls malloc; both would break the contract, so the os layer traps directly.
//
// Invariant: errno is never touched here; an error is a negative result.
#pragma once

#include <sys/syscall.h>

#include <cerrno>
#include <cstdint>
#include <type_traits>

#if !defined(__x86_64__) && !defined(__aarch64__)
#include <unistd.h>
#endif

namespace strata::os::linux_kernel {

// -errno is in [-4095, -1]; everything else is a result.
[[nodiscard]] constexpr bool failed(long result) noexcept {
  return static_cast<unsigned long>(result) > static_cast<unsigned long>(-4096L);
}

[[nodiscard]] inline long trap(long number, long a, long b, long c, long d, long e,
                               long f) noexcept {
#if defined(__x86_64__)
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc #0"
               : "+r"(x0)
               : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
               : "memory");
  return x0;
#else
  const int saved = errno;
  long result = ::syscall(number, a, b, c, d, e, f);
  if (result == -1) result = -errno;
  errno = saved;
  return result;
#endif
}

template <class T>
[[nodiscard]] long as_argument(T value) noexcept {
  if constexpr (std::is_null_pointer_v<T>) {
    return 0;
  } else if constexpr (std::is_pointer_v<T>) {
    return static_cast<long>(reinterpret_cast<std::uintptr_t>(value));
  } else {
    return static_cast<long>(value);
  }
}

// The system call `number` with up to six integers or pointers.
template <class... Arguments>
inline long call(long number, Arguments... arguments) noexcept {
  static_assert(sizeof...(Arguments) <= 6);
  const long list[6] = {as_argument(arguments)...};
  return trap(number, list[0], list[1], list[2], list[3], list[4], list[5]);
}

// True when the call succeeded.
template <class... Arguments>
inline bool succeeds(long number, Arguments... arguments) noexcept {
  return !failed(call(number, arguments...));
}

}  // namespace strata::os::linux_kernel
