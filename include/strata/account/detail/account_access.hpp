// How the library makes a handle to an account that it holds as a node already.
// Not for programs.
#pragma once

#include <strata/account/account.hpp>

namespace strata::detail {

/// Effects: makes a handle, with a reference of its own, to a node that somebody
///   else holds meanwhile.
[[nodiscard]] account handle_to(account_node* node) noexcept;

}  // namespace strata::detail
