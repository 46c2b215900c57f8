// How the library makes a handle to an account that it holds as a node already.
// Not for programs.
#pragma once

#include <cstring>
#include <new>

#include <strata/account.hpp>

namespace strata::detail {

static_assert(sizeof(account) == sizeof(account_node*), "a handle is a pointer to its node");

/// Effects: makes a handle, with a reference of its own, to a node that somebody
///   else holds meanwhile.
[[nodiscard]] inline account handle_to(account_node* node) noexcept {
  // What a handle of the holder would look like; never destroyed, so that it
  // takes no reference away.
  alignas(account) std::byte like_the_holders[sizeof(account)];
  std::memcpy(like_the_holders, &node, sizeof(node));
  return *std::launder(reinterpret_cast<const account*>(like_the_holders));
}

}  // namespace strata::detail
