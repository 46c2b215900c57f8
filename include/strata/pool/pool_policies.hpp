// What can be added to a typed pool, as types among its template arguments in any
// order; what is not named costs no instruction.
//
//   strata::growing_pool<connection, strata::with_statistics, my_hooks> connections;
//
//   a slot strategy      which slot serves next: strata/pool/slot_strategy.hpp
//   with_statistics      counts: strata/pool/pool_statistics.hpp
//   recycling            released objects may stay and be handed out again
//   heap_fallback        an exhausted pool goes on with memory from elsewhere
//   unchecked_release    release takes what it is given for a live object of the pool
//   hooks                any type with on_acquire, on_release or drop, as below
#pragma once

#include <concepts>
#include <cstddef>
#include <memory_resource>
#include <type_traits>

#include <strata/pool/pool_statistics.hpp>
#include <strata/pool/slot_strategy.hpp>

namespace strata {

/// Sees each object that the pool is about to hand out. What it throws ends the
/// object, gives the slot back, and leaves the function that wanted an object.
template <class H, class T>
concept acquire_hook = requires(H& hook, T& object) {
  hook.on_acquire(object);
};

/// Sees each object that is released, while it still lives.
template <class H, class T>
concept release_hook = requires(H& hook, T& object) {
  { hook.on_release(object) }
  noexcept;
};

/// Ends objects instead of their destructor: wipes them, counts them, or leaves
/// them because nothing is to be done.
template <class H, class T>
concept drop_hook = requires(H& hook, T& object) {
  { hook.drop(object) }
  noexcept;
};

/// Lets the options pre_initialise, initialiser, reset and drop take effect: allocate
/// hands out objects that the initialiser made, and released ones may stay.
struct recycling {};

/// Objects beyond the pool's capacity or memory live in blocks of another resource,
/// until they are released. They are part of size, but not of capacity.
struct heap_fallback {
  std::pmr::memory_resource* from = std::pmr::new_delete_resource();
};

/// For loops that have nothing else to do: release does not look whether it is given a
/// live object of the pool. Anything else damages the pool, or the program; builds with
/// AddressSanitizer look all the same. Not beside heap_fallback.
struct unchecked_release {};

/// What may stand among the template arguments of a pool of T.
template <class P, class T>
concept pool_policy =
    slot_strategy<P> || std::same_as<P, with_statistics> || std::same_as<P, recycling> ||
    std::same_as<P, heap_fallback> || std::same_as<P, unchecked_release> || acquire_hook<P, T> ||
    release_hook<P, T> || drop_hook<P, T>;

}  // namespace strata
