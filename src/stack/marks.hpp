// What the words above a stack say: whose it is and in which state, who runs on it,
// and whether its end was reached. See strata/stack/detail/idle_stacks.hpp.
//
// A live stack bears the pool's mark, changed in one bit when it has a name and in
// another when it has a canary, so that both are seen when it is given back.
#pragma once

#include <strata/stack/detail/idle_stacks.hpp>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "account/account.hpp"
#include "base/base.hpp"

namespace strata::core {

inline constexpr std::uintptr_t mark_of_name = 1;
inline constexpr std::uintptr_t mark_of_canary = 2;
static_assert(alignof(detail::idle_stacks) >
                  (mark_of_name | mark_of_canary | detail::idle_stacks::mark_of_pool),
              "the pool's mark is made of the address of its idle stacks");

// The part of the mark that says whose it is.
[[nodiscard]] constexpr std::uintptr_t owner_of_mark(std::uintptr_t mark) noexcept {
  return mark & ~(mark_of_name | mark_of_canary);
}

[[nodiscard]] inline char* name_field(void* top) noexcept {
  return static_cast<char*>(top) + detail::stack_header::bytes;
}

inline void write_name(void* top, std::string_view name) noexcept {
  const std::string_view kept = utf8_prefix(name, detail::stack_header::name_bytes - 1);
  std::copy(kept.begin(), kept.end(), name_field(top));
  name_field(top)[kept.size()] = '\0';
}

// Bounded, although it should end: somebody may have written there.
[[nodiscard]] inline std::string_view read_name(void* top) noexcept {
  const char* const text = name_field(top);
  return {text, ::strnlen(text, detail::stack_header::name_bytes)};
}

// Pages come with zeros, so a canary of zeros costs no memory: looking at a page that
// was never written maps the kernel's page of zeros.
[[nodiscard]] inline bool canary_is_whole(const void* canary, std::size_t bytes) noexcept {
  const auto* const first = static_cast<const unsigned char*>(canary);
  return std::all_of(first, first + bytes, [](unsigned char byte) { return byte == 0; });
}

}  // namespace strata::core
