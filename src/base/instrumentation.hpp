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

namespace detail {

template <class T>
[[nodiscard, gnu::noinline, gnu::no_sanitize_thread]] T unwatched_load(const T& value) noexcept {
  return value;
}

}  // namespace detail

// A read that may race with the writer of another thread, where any value is an
// acceptable answer. It is not an atomic load, because compilers do not fold
// those into the instructions that use them; the tool that looks for races is
// told not to look here. So the writer, who often is on a hotter path, needs no
// mark.
template <class T>
[[nodiscard, gnu::always_inline]] inline T racy_load(const T& value) noexcept {
  if constexpr (under_thread_sanitizer) {
    return detail::unwatched_load(value);
  } else {
    return value;
  }
}

// A store that two threads may do at the same time, or that a racy_load must not
// see in parts; on every processor a plain store.
template <class T>
[[gnu::always_inline]] inline void racy_store(T& target, T value) noexcept {
  std::atomic_ref<T>(target).store(value, std::memory_order_relaxed);
}

// Makes the compiler forget how `value` was computed. Where it knows, it may
// compare something else than what is used next, which costs another register
// and another instruction on a hot path.
template <class T>
[[gnu::always_inline]] inline void forget_origin(T& value) noexcept {
  asm("" : "+r"(value));
}

}  // namespace strata::base
