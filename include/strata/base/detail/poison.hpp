// Tells AddressSanitizer which memory of a resource nobody may touch. Without
// that tool, nothing. Not for programs.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define STRATA_DETAIL_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STRATA_DETAIL_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef STRATA_DETAIL_ADDRESS_SANITIZER
extern "C" void __asan_poison_memory_region(void const volatile* address, std::size_t bytes);
extern "C" void __asan_unpoison_memory_region(void const volatile* address, std::size_t bytes);
extern "C" int __asan_address_is_poisoned(void const volatile* address);
#endif

namespace strata::detail {

/// Whether there is anything to tell: else nobody need look for what to poison.
#ifdef STRATA_DETAIL_ADDRESS_SANITIZER
inline constexpr bool poisons = true;
#else
inline constexpr bool poisons = false;
#endif

inline void poison([[maybe_unused]] const void* begin,
                   [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef STRATA_DETAIL_ADDRESS_SANITIZER
  __asan_poison_memory_region(begin, bytes);
#endif
}

inline void unpoison([[maybe_unused]] const void* begin,
                     [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef STRATA_DETAIL_ADDRESS_SANITIZER
  __asan_unpoison_memory_region(begin, bytes);
#endif
}

/// What the tool tells apart: where blocks share so many bytes, poisoning one may
/// poison the start of the next.
inline constexpr std::size_t poison_granule = 8;

/// Returns: whether nobody may touch the byte, as far as the tool was told.
[[nodiscard]] inline bool poisoned([[maybe_unused]] const void* byte) noexcept {
#ifdef STRATA_DETAIL_ADDRESS_SANITIZER
  return __asan_address_is_poisoned(byte) != 0;
#else
  return false;
#endif
}

}  // namespace strata::detail
