// The ambient resource: what code allocates from that was not told where.
//
//   strata::heap documents({.name = "documents"});
//   {
//     strata::context::scope scope(documents);
//     load();                         // whatever asks for current_resource()
//   }                                 // gets `documents`, however deep in calls
//   auto sum = strata::context::with_arena([] { return add_up(); });
//
// Each thread has its own, and a scope is the only way to set it: what a callee
// sets ends with the callee, so nobody can change what his caller sees.
// strata::allocator (strata/context/allocator.hpp) makes containers follow it.
#pragma once

#include <functional>
#include <memory_resource>
#include <type_traits>
#include <utility>

#include <strata/arena/arena.hpp>
#include <strata/context/detail/ambient.hpp>

namespace strata::context {

/// Returns: the resource of the thread's innermost scope; outside of all scopes
///   std::pmr::get_default_resource(). Never nullptr.
[[nodiscard]] inline std::pmr::memory_resource* current_resource() noexcept {
  const detail::ambient_scope* const innermost = detail::innermost_scope;
  return innermost == nullptr ? std::pmr::get_default_resource() : innermost->resource;
}

/// Returns: a resource for what lives no longer than the thread's innermost scope:
///   an arena, which is reset when that scope ends, and then kept for the next
///   one. Outside of all scopes current_resource(), so blocks must be deallocated
///   there, as containers do anyway.
/// Throws: out_of_memory when the arena is refused.
[[nodiscard]] inline std::pmr::memory_resource* temp_resource() {
  detail::ambient_scope* const innermost = detail::innermost_scope;
  if (innermost == nullptr) return std::pmr::get_default_resource();
  if (innermost->temp == nullptr) [[unlikely]]
    detail::begin_temp(*innermost);
  return innermost->temp->resource;
}

/// While it lives, its resource is the thread's current one. To be used as a local
/// variable. A fiber or coroutine that moves to another thread must not be
/// suspended inside.
class scope {
 public:
  /// Effects: makes `resource` the current one. It must outlive the scope, and what
  ///   was allocated from it.
  /// Complexity: one thread-local load and store.
  explicit scope(std::pmr::memory_resource& resource) noexcept
      : link_{&resource, detail::innermost_scope, nullptr} {
    detail::innermost_scope = &link_;
  }

  /// Effects: keeps the current resource, and begins temporaries of its own.
  scope() noexcept : scope(*current_resource()) {}

  /// Effects: what was current before is current again, also when an exception
  ///   leaves the scope. What came from the scope's temp_resource() ends.
  /// Requires: the thread that made it, whose later scopes have ended. The program
  ///   ends with a diagnosis otherwise.
  /// Complexity: one thread-local load and store, when nobody asked for temporaries.
  ~scope() {
    if (detail::innermost_scope != &link_) [[unlikely]]
      detail::report_scope_misuse(link_);
    if (link_.temp != nullptr) [[unlikely]]
      link_.temp->end(*link_.temp);
    detail::innermost_scope = link_.outer;
  }

  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;

 private:
  detail::ambient_scope link_;
};

/// A scope over an arena of its own, which ends with it.
class arena_scope {
 public:
  /// Effects: as scope. With `.upstream = current_resource()` the arena stands on
  ///   what was current before.
  /// Throws: as the arena's constructor.
  explicit arena_scope(const arena_options& options = {}) : arena_(options), scope_(arena_) {}

  /// Returns: the arena, whose functions cost no virtual call.
  [[nodiscard]] strata::arena& arena() noexcept { return arena_; }

 private:
  strata::arena arena_;
  scope scope_;
};

/// Effects: calls `fn` with `resource` current.
/// Returns: what `fn` returns.
template <class Function>
decltype(auto) with_allocator(std::pmr::memory_resource& resource, Function&& fn) {
  const scope inside(resource);
  return std::invoke(std::forward<Function>(fn));
}

/// Effects: calls `fn`, or `fn(arena)`, with an arena current that ends afterwards.
/// Returns: what `fn` returns, by value: it must not lie in the arena.
template <class Function>
auto with_arena(const arena_options& options, Function&& fn) {
  arena_scope inside(options);
  if constexpr (std::is_invocable_v<Function, arena&>) {
    return std::invoke(std::forward<Function>(fn), inside.arena());
  } else {
    return std::invoke(std::forward<Function>(fn));
  }
}

template <class Function>
auto with_arena(Function&& fn) {
  return with_arena(arena_options{}, std::forward<Function>(fn));
}

}  // namespace strata::context
