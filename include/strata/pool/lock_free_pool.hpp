// A pool of fixed capacity whose threads never wait for one another.
//
//   strata::lock_free_pool<message> messages({.name = "messages", .capacity = 4096});
//   message* next = messages.try_emplace(...);   // nullptr: all are in use
//   messages.release(next);                      // from any thread
//
// For threads that must not be stopped by one that the system put to sleep at the
// wrong moment: audio, control loops, interrupt-like work. Where waiting is no
// harm, thread_safe_pool is faster and grows.
#pragma once

#include <utility>

#include <strata/pool/detail/lock_free_area.hpp>
#include <strata/pool/detail/shared_front.hpp>
#include <strata/pool/pool_concepts.hpp>
#include <strata/pool/shared_pool_options.hpp>

namespace strata {

/// Any thread may call any member function at any time, unless it says otherwise.
///
/// try_emplace, emplace and release are lock-free: in every few steps of all
/// threads together, one of them completes its call, wherever others are stopped.
/// What T does is T's affair. A thread's very first use of any such pool registers
/// the thread's end, for which the C++ runtime may allocate.
///
/// Each thread keeps up to an eighth of the slots, and 128 at most, in a pocket that
/// it uses without a locked instruction; the others have it within reach. While
/// the common slots last, a call is constant, with a locked instruction for every
/// batch of up to 32 slots. When they do not, one that must take from the pocket of
/// another thread asks the system for a memory barrier, about a microsecond, and that
/// thread shares what it releases next. With a capacity an eighth above need for each
/// thread, that does not happen.
///
/// try_emplace gives nullptr when no slot is free. While other threads are in calls, it
/// may miss what they release meanwhile, and what they move between pocket and common
/// slots: up to 32 slots each, one where the capacity is below 64. clear is linear in
/// capacity; size and an exhausted try_emplace in the number of pockets.
///
/// Memory: an object of at least 8 bytes, rounded up to the type's alignment, and 4
/// bytes a slot; 640 bytes for each of twice as many threads as processors. All of
/// it is taken at construction, and no more afterwards.
template <class T>
class lock_free_pool : public detail::shared_front<T, detail::lock_free_area<T>> {
  using front = detail::shared_front<T, detail::lock_free_area<T>>;

 public:
  /// Effects: makes slots for `options.capacity` objects; `options.maximum` is
  ///   not used.
  /// Throws: invalid_pool_config for a capacity of 0 or above 2^32 - 3;
  ///   out_of_memory when refused. (emplace throws pool_exhausted.)
  explicit lock_free_pool(const shared_pool_options& options) : front(std::in_place, options) {}
};

static_assert(object_pool<lock_free_pool<int>>);

}  // namespace strata
