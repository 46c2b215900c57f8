// Constructing an object from arguments, as a pool's emplace does. Not for programs.
#pragma once

#include <new>
#include <type_traits>
#include <utility>

namespace strata::detail {

template <class T, class... Arguments>
inline constexpr bool makes_nothrow = std::is_nothrow_constructible_v<T, Arguments...>;

/// Effects: constructs; braces serve aggregates, which parentheses do not.
template <class T, class... Arguments>
T* construct(void* where, Arguments&&... arguments) {
  if constexpr (std::is_constructible_v<T, Arguments...>) {
    return ::new (where) T(std::forward<Arguments>(arguments)...);
  } else {
    return ::new (where) T{std::forward<Arguments>(arguments)...};
  }
}

}  // namespace strata::detail
