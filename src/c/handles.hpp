// C's opaque handles are the core's own objects under another name.
#pragma once

#include <strata/strata.h>

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

}  // namespace strata::c_interface
