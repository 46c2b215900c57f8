// C's opaque handles are the core's own objects under another name.
#pragma once

#include <strata/strata.h>

#include <memory_resource>
#include <optional>

#include <strata/account/account.hpp>
#include <strata/account/detail/account_access.hpp>

#include "heap/heap.hpp"

namespace strata::c_interface {

[[nodiscard]] inline core::heap* heap_of(const strata_heap* handle) noexcept {
  return reinterpret_cast<core::heap*>(const_cast<strata_heap*>(handle));
}

[[nodiscard]] inline strata_heap* handle_of(core::heap* heap) noexcept {
  return reinterpret_cast<strata_heap*>(heap);
}

[[nodiscard]] inline core::account* account_of(strata_account* handle) noexcept {
  return reinterpret_cast<core::account*>(handle);
}

[[nodiscard]] inline strata_account* handle_of(core::account& account) noexcept {
  return reinterpret_cast<strata_account*>(&account);
}

// The public C++ handle that keeps the same account; nothing for NULL.
[[nodiscard]] inline std::optional<strata::account> kept_account(strata_account* handle) noexcept {
  if (handle == nullptr) return std::nullopt;
  return detail::handle_to(reinterpret_cast<detail::account_node*>(handle));
}

[[nodiscard]] inline strata_account* handle_of(const strata::account& account) noexcept {
  return reinterpret_cast<strata_account*>(account.node());
}

[[nodiscard]] inline std::pmr::memory_resource* resource_of(strata_resource* handle) noexcept {
  return reinterpret_cast<std::pmr::memory_resource*>(handle);
}

[[nodiscard]] inline strata_resource* handle_of(std::pmr::memory_resource* resource) noexcept {
  return reinterpret_cast<strata_resource*>(resource);
}

}  // namespace strata::c_interface
