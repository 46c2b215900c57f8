// Which handles convert: to handles of the same objects that may not be changed.
// Not for programs.
#pragma once

#include <concepts>

namespace strata::detail {

/// T is U with const.
template <class U, class T>
concept without_const_of = std::same_as<const U, T>;

/// T is U, with const or as it is.
template <class U, class T>
concept at_most_as_const_as = std::same_as<U, T> || std::same_as<const U, T>;

}  // namespace strata::detail
