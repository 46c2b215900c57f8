// How much work a test does where sanitizers slow everything down.
#pragma once

#include <cstddef>

namespace strata::test {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

#ifdef __OPTIMIZE__
inline constexpr bool optimised = true;
#else
inline constexpr bool optimised = false;
#endif

// `full` in optimised builds without sanitizers; a fraction elsewhere.
[[nodiscard]] constexpr std::size_t scaled(std::size_t full) noexcept {
  const std::size_t divisor = sanitized ? 40 : optimised ? 1 : 8;
  return full / divisor == 0 ? 1 : full / divisor;
}

}  // namespace strata::test
