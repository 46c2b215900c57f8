// The processor's own clock, read so that the work in between cannot leak out:
// what was begun before a first reading is finished, what comes after a second has
// not begun. The fences are the order that Intel describes in "How to Benchmark
// Code Execution Times on IA-32 and IA-64 Instruction Set Architectures" (2010).
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#elif !defined(__aarch64__)
#include <chrono>
#endif

namespace strata::bench {

#if defined(__x86_64__)

inline std::uint64_t first_tick() noexcept {
  _mm_lfence();
  const std::uint64_t now = __rdtsc();
  _mm_lfence();
  return now;
}

inline std::uint64_t last_tick() noexcept {
  unsigned processor;
  const std::uint64_t now = __rdtscp(&processor);
  _mm_lfence();
  return now;
}

#elif defined(__aarch64__)

inline std::uint64_t first_tick() noexcept {
  std::uint64_t now;
  asm volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(now)::"memory");
  return now;
}

inline std::uint64_t last_tick() noexcept { return first_tick(); }

#else

inline std::uint64_t first_tick() noexcept {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

inline std::uint64_t last_tick() noexcept { return first_tick(); }

#endif

// Nanoseconds of one tick, from both clocks running side by side for some
// milliseconds. The tick is assumed to be steady ("constant_tsc", "nonstop_tsc").
[[nodiscard]] double nanoseconds_per_tick();

}  // namespace strata::bench
