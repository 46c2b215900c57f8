// Between the public handle, which knows only an opaque node, and the node.
// For the C++ library; the malloc core does not include it.
#pragma once

#include <strata/account/account.hpp>

#include "account/account.hpp"

namespace strata::core {

[[nodiscard]] inline account* node_of(detail::account_node* opaque) noexcept {
  return reinterpret_cast<account*>(opaque);
}

[[nodiscard]] inline account* node_of(const strata::account& handle) noexcept {
  return node_of(handle.node());
}

[[nodiscard]] inline detail::account_node* opaque(account* node) noexcept {
  return reinterpret_cast<detail::account_node*>(node);
}

}  // namespace strata::core
