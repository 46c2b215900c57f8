// Which sanitizer this build runs under, as a constant that code can branch on.
#pragma once

#include <atomic>
#include <cstddef>

namespace strata::base {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool under_thread_sanitizer = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr bool under_thread_sanitizer = true;
#else
inline constexpr bool under_thread_sanitizer = false;
#endif
#else
inline constexpr bool under_thread_sanitizer = false;
#endif

// A read that may race with the writer of another thread, where any value is an
// acceptable answer. It is an atomic load only where a tool must be told so:
// compilers do not fold atomic loads into the instructions that use them.
template <class T>
[[nodiscard, gnu::always_inline]] inline T racy_load(const T& value) noexcept {
  if constexpr (under_thread_sanitizer) {
    return std::atomic_ref<T>(const_cast<T&>(value)).load(std::memory_order_relaxed);
  } else {
    return value;
  }
}

// The writer's side of racy_load; on every processor a plain store.
template <class T>
[[gnu::always_inline]] inline void racy_store(T& target, T value) noexcept {
  std::atomic_ref<T>(target).store(value, std::memory_order_relaxed);
}

// Makes the compiler forget how `value` was computed. Where it knows, it may
// compare something else than what is used next, which costs another register
// and another instruction on a hot path.
[[gnu::always_inline]] inline void forget_origin(std::size_t& value) noexcept {
  asm("" : "+r"(value));
}

}  // namespace strata::base
