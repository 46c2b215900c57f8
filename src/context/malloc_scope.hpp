// Malloc scopes for C++ and C: which malloc is in charge, and entering it.
#pragma once

#include <strata/context/malloc_scope.hpp>

#include "heap/heap.hpp"

namespace strata::core {

using scope_state = strata::detail::malloc_scope_state;

enum class scope_entry { entered, unavailable, refused };

// The malloc that serves this process, when it is strata's; else nullptr.
[[nodiscard]] const malloc_interface* malloc_in_charge() noexcept;

[[nodiscard]] scope_entry enter_malloc_scope(heap& into, scope_state& state) noexcept;
void leave_malloc_scope(const scope_state& state) noexcept;

}  // namespace strata::core
