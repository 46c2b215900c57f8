// Time and chance.
#include <sys/auxv.h>
#include <sys/random.h>
#include <time.h>

#include <cstring>

#include "os/errno_guard.hpp"
#include "os/linux.hpp"
#include "os/linux_syscall.hpp"

namespace strata::os {
namespace {

// Through the C library, because it knows the kernel's fast path (vDSO).
std::uint64_t read_clock(clockid_t clock) noexcept {
  const errno_guard guard;
  timespec now = {};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

// The finaliser of splitmix64 (Steele, Lea, Flood, 2014): every input bit
// changes every output bit with probability one half.
constexpr std::uint64_t mix(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

// Early in a boot the kernel has no randomness to give without waiting. What
// it put next to the environment (AT_RANDOM) is the process's own; clock and
// count make later answers differ.
[[gnu::cold]] std::uint64_t entropy_without_kernel() noexcept {
  static constinit std::atomic<std::uint64_t> count{0};
  const errno_guard guard;
  std::uint64_t seed = 0;
  if (const auto random = ::getauxval(AT_RANDOM); random != 0) {
    std::memcpy(&seed, reinterpret_cast<const void*>(random), sizeof seed);
  }
  const std::uint64_t turn = count.fetch_add(1, std::memory_order_relaxed) + 1;
  return mix(mix(seed ^ linux_os::monotonic_ns()) + turn * 0x9e3779b97f4a7c15);
}

}  // namespace

std::uint64_t linux_os::monotonic_ns() noexcept { return read_clock(CLOCK_MONOTONIC); }

std::uint64_t linux_os::coarse_ns() noexcept { return read_clock(CLOCK_MONOTONIC_COARSE); }

std::uint64_t linux_os::entropy() noexcept {
  std::uint64_t value = 0;
  const long got = linux_kernel::call(SYS_getrandom, &value, sizeof value, GRND_NONBLOCK);
  return got == sizeof value ? value : entropy_without_kernel();
}

}  // namespace strata::os
