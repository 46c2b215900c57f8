// Malloc scopes: a thread's malloc, redirected into another heap and back.
//
// The lists that the hot path pops are exchanged, 57 pointers each way, and
// `current` says whose they are. The hot paths know nothing of it: blocks are
// freed by what their slabs' records say, wherever malloc leads.
//
// A heap that a scope directs into can't be destroyed or reset meanwhile, because
// each local heap counts its scopes.
#pragma once

#include "heap/process_threads.hpp"

namespace strata::core {

template <class Config>
bool basic_process<Config>::enter_scope(heap& into, malloc_redirection& scope) noexcept {
  if (!started() && !Config::start_process()) return false;
  front& here = this_thread<Config>;
  if (local_of(process_heap_) == nullptr) return false;  // to have somewhere to return to
  local* const next = local_of(into);
  if (next == nullptr) return false;
  scope = {here.current, next, ++here.scopes};
  next->set_scopes(next->scopes() + 1);
  direct_into(*next);
  return true;
}

// After the thread's end hook, which left all scopes, there is none to leave.
template <class Config>
void basic_process<Config>::leave_scope(const malloc_redirection& scope) noexcept {
  front& here = this_thread<Config>;
  if (here.ended) return;
  if (here.current != scope.inner || here.scopes != scope.depth) [[unlikely]] {
    base::report_scope_order(scope.inner->token() == Config::token());
  }
  --here.scopes;
  here.current->set_scopes(here.current->scopes() - 1);
  direct_into(static_cast<local&>(*scope.outer));
}

template <class Config>
void basic_process<Config>::direct_into(local& next) noexcept {
  front& here = this_thread<Config>;
  if (here.current == &next) return;
  here.current->detach_lists();
  next.attach_lists(here.lists);
  here.current = &next;
}

// The thread ends; its scopes lie in frames that may be gone.
template <class Config>
void basic_process<Config>::abandon_scopes() noexcept {
  front& here = this_thread<Config>;
  if (here.scopes == 0) return;
  direct_into(*here.process_local);
  here.process_local->set_scopes(0);
  for (local* at = here.locals.front(); at != nullptr; at = here.locals.next(*at)) {
    at->set_scopes(0);
  }
  here.scopes = 0;
}

}  // namespace strata::core
