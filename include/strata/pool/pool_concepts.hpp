// What handles, keys and programs may expect of a typed pool, whichever it is.
//
//   void spawn(strata::object_pool auto& pool) { pool.release(pool.try_emplace()); }
//
// A pool makes objects of one type in slots of its own, and takes them back. A
// static_assert next to each pool says that it models object_pool, and one
// conformance suite tests them all.
#pragma once

#include <concepts>
#include <cstddef>
#include <utility>

namespace strata {

/// Makes and takes back objects of one type.
///
///   release   runs the destructor and takes the slot back. Ends the program with a
///             diagnosis for a pointer that is no live object of this pool:
///             released before, of another pool, into the middle of an object.
///   owns      says whether the address lies in a slot of the pool, live or not
///   size      how many objects live
///   capacity  how many can live before the pool must grow, or refuse
template <class P>
concept object_pool = requires(P& pool, const P& seen, typename P::value_type* object,
                               const void* address) {
  typename P::value_type;
  { pool.release(object) }
  noexcept->std::same_as<void>;
  { seen.owns(address) }
  noexcept->std::same_as<bool>;
  { seen.size() }
  noexcept->std::same_as<std::size_t>;
  { seen.capacity() }
  noexcept->std::same_as<std::size_t>;
};

/// A pool that makes an object from these arguments.
///
///   try_emplace  gives nullptr when the pool has no slot and gets none
///   emplace      throws pool_exhausted, or out_of_memory, where try_emplace gives nullptr
///
/// What the constructor throws leaves both; then the pool is as it was.
template <class P, class... Arguments>
concept pool_for = object_pool<P> && requires(P& pool, Arguments&&... arguments) {
  {
    pool.try_emplace(std::forward<Arguments>(arguments)...)
    } -> std::same_as<typename P::value_type*>;
  { pool.emplace(std::forward<Arguments>(arguments)...) } -> std::same_as<typename P::value_type&>;
};

/// A pool that is found from the address of any of its live objects, so that what
/// holds an object needs no second pointer: P::of(object) is its pool.
template <class P>
concept self_locating_pool = object_pool<P> && requires(const typename P::value_type* object) {
  { P::of(object) }
  noexcept->std::same_as<P&>;
};

/// A pool whose slots have stable numbers from 0 to capacity() - 1, which serve
/// those who store numbers instead of pointers.
///
///   index_of   the slot of a live object; the pointer is trusted
///   object_at  the live object in that slot; nullptr when there is none, or no such slot
template <class P>
concept indexed_pool = object_pool<P> &&
    requires(const P& seen, P& pool, const typename P::value_type* object, std::size_t index) {
  { seen.index_of(object) }
  noexcept->std::same_as<std::size_t>;
  { pool.object_at(index) }
  noexcept->std::same_as<typename P::value_type*>;
};

}  // namespace strata
