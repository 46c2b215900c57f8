// A pool that adds chunks of slots as it needs them, and can return those that
// became empty, in any order. Objects stay where they are.
//
//   strata::growing_pool<connection> connections(
//       {.name = "connections", .maximum = 10'000,
//        .growth = strata::pool_growth::linear(256)});
//   connection& c = connections.emplace(socket);  // throws at the maximum
//   connections.release(&c);
//   connections.shrink_to_fit();
//
// Use it where the number is not known. A chunk is found from the address of an
// object by masking, so that release does not search.
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include <strata/pool/basic_pool.hpp>
#include <strata/pool/bitmap_slots.hpp>
#include <strata/pool/detail/growing_store.hpp>
#include <strata/pool/pool_concepts.hpp>

namespace strata {

namespace detail {

template <class T, class... Policies>
using growing_store_for =
    growing_store<pool_traits<T, Policies...>::slot_bytes,
                  typename pool_traits<T, Policies...>::strategy,
                  pool_traits<T, Policies...>::recycles, pool_traits<T, Policies...>::ends>;

}  // namespace detail

/// See basic_pool for what it does, and pool_policies.hpp for what can be added.
///
/// Memory: chunks of at most 64 KiB, or the power of two that has room for about 32
/// objects where that is more; each aligned to it and as long as its slots need. With
/// sparse_set_slots, the default, a stack of 8 bytes for each slot beside them.
template <class T, class... Policies>
class growing_pool final
    : public basic_pool<T, detail::growing_store_for<T, Policies...>, Policies...> {
  using base = basic_pool<T, detail::growing_store_for<T, Policies...>, Policies...>;
  using traits = detail::pool_traits<T, Policies...>;

 public:
  /// Effects: as basic_pool.
  explicit growing_pool(const pool_options<T>& options = {})
      : growing_pool(options, std::tuple<Policies...>{}) {}
  growing_pool(const pool_options<T>& options, std::tuple<Policies...> policies)
      : base(options, std::move(policies)) {
    this->store().set_pool(this);
  }

  /// Effects: makes the capacity at least `slots`, and keeps it there until
  ///   shrink_to_fit; or changes nothing.
  /// Throws: pool_maximum_exceeded, out_of_memory; what an initialiser throws.
  void reserve(std::size_t slots) {
    if (!try_reserve(slots)) this->refuse(slots - this->size());
  }

  /// Returns: whether reserve could.
  /// Throws: what an initialiser throws.
  [[nodiscard]] bool try_reserve(std::size_t slots) {
    if (!this->provide(slots)) return false;
    this->store().keep_capacity(slots);
    return true;
  }

  /// Effects: returns all chunks in which no object lives, also those that the options
  ///   capacity and retain or a call of reserve would have kept; none while for_each
  ///   runs, and none when it is called by a pressure handler that the pool itself waits for.
  /// Complexity: linear in chunks.
  void shrink_to_fit() noexcept { this->store().shrink_to_fit(); }

  /// Returns: the pool of a live object, by masking its address.
  [[nodiscard]] static growing_pool& of(const T* object) noexcept requires(!traits::falls_back) {
    using store = detail::growing_store_for<T, Policies...>;
    return *static_cast<growing_pool*>(store::pool_of(object));
  }
};

static_assert(object_pool<growing_pool<int>>);
static_assert(pool_for<growing_pool<int>, int>);
static_assert(self_locating_pool<growing_pool<int>>);

}  // namespace strata
