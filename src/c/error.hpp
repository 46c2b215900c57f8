// How the C interface fails: a value, errno, and a sentence for
// strata_last_error. The sentences are constants, or composed in place, so that
// failing for want of memory needs none.
#pragma once

#include <cstddef>
#include <string_view>

namespace strata::c_interface {

// Each sets errno and the calling thread's last error, and returns nullptr, for
// the caller to pass on.
[[gnu::cold]] std::nullptr_t fail_memory() noexcept;                    // ENOMEM
[[gnu::cold]] std::nullptr_t fail_argument(const char* what) noexcept;  // EINVAL
// EINVAL: `why` names the option and its value, and is copied.
[[gnu::cold]] std::nullptr_t fail_options(std::string_view why) noexcept;

// The same for functions that return a number: 0.
template <class Number = int>
[[nodiscard]] constexpr Number failed(std::nullptr_t) noexcept {
  return 0;
}

// The same for functions that return a block, which is nullptr when refused.
[[nodiscard]] inline void* or_fail(void* block) noexcept {
  return block == nullptr ? fail_memory() : block;
}

// Whether options use words of `later` that this version gives no meaning to.
template <std::size_t Words>
[[nodiscard]] constexpr bool asks_for_more(const std::size_t (&later)[Words]) noexcept {
  for (const std::size_t word : later) {
    if (word != 0) return true;
  }
  return false;
}

inline constexpr const char* unknown_options =
    "strata: the options ask for what this version of the library does not know: `later` is not 0";
inline constexpr const char* no_place = "strata: there is no place for the statistics";
inline constexpr const char* null_heap = "strata: the heap is NULL";
inline constexpr const char* null_resource = "strata: the resource is NULL";
inline constexpr const char* null_function = "strata: the function is NULL";
inline constexpr const char* null_visitor = "strata: the visitor is NULL";
inline constexpr const char* bad_alignment = "strata: the alignment is not a power of two";

}  // namespace strata::c_interface
