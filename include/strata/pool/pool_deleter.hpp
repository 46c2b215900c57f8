// How the owner of an object in a pool finds the pool again, as a deleter: what
// strata::owned_handle is made of, and what std::unique_ptr can use.
//
//   std::unique_ptr<order, strata::pool_deleter<orders>> kept = strata::make_owned(pool, 17);
//
// An owner is one pointer wide where the object or the type leads to the pool,
// and else two:
//
//   a self_locating_pool   growing_pool, thread_safe_pool   one   the chunk knows the pool
//   a stateless_pool       static_pool                      one   the type knows the pool
//   any other pool         fixed_pool, lock_free_pool       two   the object, and the pool
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>

#include <strata/pool/pool_concepts.hpp>

namespace strata {

struct heap_fallback;
template <class T, class... Policies>
class fixed_pool;
template <class T, class... Policies>
class growing_pool;
template <class T, class Mutex>
class thread_safe_pool;

namespace detail {

template <class Pool>
using object_of = typename Pool::value_type;

// A concept, because it looks into the pool no earlier than somebody calls.
template <class Object, class Pool>
concept object_in = std::same_as<std::remove_const_t<Object>, object_of<Pool>>;

}  // namespace detail

/// A pool of which all instances are the same: it has no state of its own.
template <class Pool>
concept stateless_pool =
    object_pool<Pool> && std::is_empty_v<Pool> && std::is_nothrow_default_constructible_v<Pool>;

/// What leads from an owner to the pool.
enum class pool_found_by { object, type, pointer };

/// May be specialised for a pool, so that objects can own others of their kind: the
/// concepts look into the pool, which needs its objects to be complete types.
template <class Pool>
inline constexpr pool_found_by found_by = self_locating_pool<Pool> ? pool_found_by::object
                                          : stateless_pool<Pool>   ? pool_found_by::type
                                                                   : pool_found_by::pointer;

template <class T, class... Policies>
inline constexpr pool_found_by found_by<fixed_pool<T, Policies...>> = pool_found_by::pointer;

// An object that fell back to a heap lies in no chunk.
template <class T, class... Policies>
inline constexpr pool_found_by found_by<growing_pool<T, Policies...>> =
    (std::same_as<Policies, heap_fallback> || ...) ? pool_found_by::pointer : pool_found_by::object;

template <class T, class Mutex>
inline constexpr pool_found_by found_by<thread_safe_pool<T, Mutex>> = pool_found_by::object;

/// Destroys an object in its pool, which it remembers.
template <class Pool, pool_found_by = found_by<Pool>>
class pool_deleter {
 public:
  /// Effects: knows no pool; only for owners that are empty.
  pool_deleter() noexcept = default;
  explicit pool_deleter(Pool& pool) noexcept : pool_(std::addressof(pool)) {}

  /// Effects: destroys `*object`, and gives its slot back.
  /// Requires: a live object of the pool, which still exists.
  template <detail::object_in<Pool> Object>
  void operator()(Object* object) const noexcept {
    pool_->release(const_cast<typename Pool::value_type*>(object));
  }

 private:
  Pool* pool_ = nullptr;
};

/// Empty: the object leads to the pool.
template <class Pool>
class pool_deleter<Pool, pool_found_by::object> {
 public:
  pool_deleter() noexcept = default;
  explicit pool_deleter(Pool&) noexcept {}

  template <detail::object_in<Pool> Object>
  void operator()(Object* object) const noexcept {
    Pool::of(object).release(const_cast<typename Pool::value_type*>(object));
  }
};

/// Empty: the type leads to the pool.
template <class Pool>
class pool_deleter<Pool, pool_found_by::type> {
 public:
  pool_deleter() noexcept = default;
  explicit pool_deleter(Pool&) noexcept {}

  template <detail::object_in<Pool> Object>
  void operator()(Object* object) const noexcept {
    Pool pool;
    pool.release(const_cast<typename Pool::value_type*>(object));
  }
};

}  // namespace strata
