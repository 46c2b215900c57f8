// The word that free slots of shared pools bear. Not for programs.
#pragma once

#include <cstdint>

namespace strata::detail {

/// Returns: a word that live objects hold by accident only, once in 2^63. Not meant
///   to resist an attacker.
[[nodiscard]] std::uintptr_t fresh_mark(const void* pool) noexcept;

/// Returns: the word, to read or write even where an object lies, or lay until now:
///   volatile, because by the rules of lifetimes a constructor makes a store before
///   it useless, and a load of the word undefined.
[[nodiscard]] inline volatile std::uintptr_t& mark_at(void* word) noexcept {
  return *static_cast<volatile std::uintptr_t*>(word);
}
[[nodiscard]] inline const volatile std::uintptr_t& mark_at(const void* word) noexcept {
  return *static_cast<const volatile std::uintptr_t*>(word);
}

}  // namespace strata::detail
