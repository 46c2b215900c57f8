// Scopes of the ambient resource, and malloc scopes, in C.
#include <strata/context/context.hpp>

#include <cerrno>
#include <memory>
#include <new>

#include "c/error.hpp"
#include "c/handles.hpp"
#include "context/context.hpp"

using namespace strata::c_interface;
namespace core = strata::core;

namespace {

using context_scope = strata::context::scope;

static_assert(sizeof(strata_scope) == sizeof(context_scope));
static_assert(alignof(strata_scope) == alignof(context_scope));
static_assert(sizeof(strata_malloc_scope) == sizeof(core::scope_state));
static_assert(alignof(strata_malloc_scope) == alignof(core::scope_state));

constexpr const char* null_scope = "strata: there is no place for the scope";

}  // namespace

int strata_scope_enter(strata_scope* scope, strata_resource* resource) {
  if (scope == nullptr || resource == nullptr) {
    return failed(fail_argument(scope == nullptr ? null_scope : null_resource));
  }
  ::new (scope) context_scope(*resource_of(resource));
  return 1;
}

void strata_scope_leave(strata_scope* scope) {
  if (scope != nullptr) std::destroy_at(reinterpret_cast<context_scope*>(scope));
}

strata_resource* strata_current_resource() {
  return handle_of(strata::context::current_resource());
}

strata_resource* strata_temp_resource() {
  try {
    return handle_of(strata::context::temp_resource());
  } catch (const std::bad_alloc&) {
    return fail_memory();
  }
}

int strata_malloc_scope_is_available() { return core::malloc_in_charge() != nullptr ? 1 : 0; }

int strata_malloc_scope_enter(strata_malloc_scope* scope, strata_heap* heap) {
  if (scope == nullptr || heap == nullptr) {
    return failed(fail_argument(heap == nullptr ? null_heap : null_scope));
  }
  core::scope_state entered{};
  switch (core::enter_malloc_scope(*heap_of(heap), entered)) {
    case core::scope_entry::entered:
      *scope = {{entered.malloc, entered.outer, entered.inner}, entered.depth};
      return 1;
    case core::scope_entry::unavailable:
      fail_argument("strata: malloc cannot be redirected, because it is not strata's");
      errno = ENOTSUP;
      return 0;
    case core::scope_entry::refused:
      return failed(fail_memory());
  }
  __builtin_unreachable();
}

void strata_malloc_scope_leave(const strata_malloc_scope* scope) {
  if (scope == nullptr) return;
  core::leave_malloc_scope({.malloc = scope->opaque[0],
                            .outer = scope->opaque[1],
                            .inner = scope->opaque[2],
                            .depth = scope->depth});
}
