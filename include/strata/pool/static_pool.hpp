// A pool that the type names, so that a handle need not remember it.
//
//   strata::fixed_pool<order>& all_orders();
//   using orders = strata::static_pool<all_orders>;
//   orders pool;
//   strata::owned_handle<order, orders> one = strata::make_owned(pool, 17);  // one pointer wide
//
// The function decides where the pool lives: in static storage for a pool of the
// program, in thread_local storage for a pool of each thread. Every use calls it.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <strata/pool/pool_concepts.hpp>

namespace strata {

/// The pool that `Pool()` returns a reference to, without state of its own.
/// Requires: while a handle lives, `Pool()` gives the pool it came from; one of a
///   thread's own pool must not end on another thread. An object that the pool
///   at hand does not own ends the program where that pool finds it.
template <auto Pool>
class static_pool {
  using pool_type = std::remove_reference_t<decltype(Pool())>;

 public:
  using value_type = typename pool_type::value_type;

  template <class... Args>
  requires pool_for<pool_type, Args...>
  [[nodiscard]] value_type* try_emplace(Args&&... args) {
    return Pool().try_emplace(std::forward<Args>(args)...);
  }

  template <class... Args>
  requires pool_for<pool_type, Args...> value_type& emplace(Args&&... args) {
    return Pool().emplace(std::forward<Args>(args)...);
  }

  void release(value_type* object) noexcept { Pool().release(object); }

  void expect_handles() noexcept {
    if constexpr (requires { Pool().expect_handles(); }) Pool().expect_handles();
  }

  [[nodiscard]] bool owns(const void* address) const noexcept { return Pool().owns(address); }
  [[nodiscard]] std::size_t size() const noexcept { return Pool().size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return Pool().capacity(); }
};

}  // namespace strata
