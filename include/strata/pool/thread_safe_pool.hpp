// A pool for any number of threads.
//
//   strata::thread_safe_pool<order> orders({.name = "orders"});
//   order* next = orders.try_emplace(17);   // on this thread
//   orders.release(next);                   // on any other
//
// Each thread has a cache of free slots, which it finds in a few instructions and
// uses without a lock or a locked instruction. Slots move between the caches and
// the pool's common slots in batches, under the Mutex.
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>

#include <strata/pool/detail/common_slots.hpp>
#include <strata/pool/detail/shared_front.hpp>
#include <strata/pool/pool_concepts.hpp>
#include <strata/pool/shared_pool_options.hpp>

namespace strata {

/// Any thread may call any member function at any time, unless it says otherwise,
/// and may use objects as it may use any other. `Mutex` is a default-constructible
/// Lockable; two stand in the pool, and are held for a few instructions each, one of
/// them while the pool grows.
///
/// try_emplace gives nullptr when the maximum, a limit or the upstream refuses; emplace
/// then throws pool_maximum_exceeded or out_of_memory. At the maximum, free slots in
/// caches of other threads are out of reach; pools with a maximum below 64 have no
/// caches, so it is exact there. Both, and release, are constant, without a lock but
/// for every batch; or the pool grows. owns is linear in chunks, size in threads that
/// have a cache; both take locks. clear leaves threads their caches, empty. When the
/// pool ends, threads that used it may go on or end, before, meanwhile and after.
///
/// Memory: an object of at least 16 bytes, rounded up to the type's alignment, lies
/// in chunks of 64 KiB, more where eight objects need more, less where the maximum
/// leaves less; a chunk adds an eighth of a byte to each slot. A thread that used the
/// pool holds up to two batches of free slots: of 64 slots, or 16 KiB, or a 64th of
/// the maximum, whichever is least. They return when the thread ends. Chunks return
/// when the pool ends.
template <class T, class Mutex = std::mutex>
class thread_safe_pool : public detail::shared_front<T, detail::common_slots<Mutex>> {
  using front = detail::shared_front<T, detail::common_slots<Mutex>>;

 public:
  /// Effects: makes slots for `options.capacity` objects.
  /// Throws: pool_maximum_exceeded when the capacity exceeds the maximum, else
  ///   out_of_memory when refused.
  explicit thread_safe_pool(const shared_pool_options& options = {})
      : front(std::in_place, this, sizeof(T), alignof(T), options) {}

  /// Effects: makes room for `slots` objects in all.
  /// Returns: whether there is room now; what was made meanwhile stays.
  [[nodiscard]] bool try_reserve(std::size_t slots) noexcept {
    return this->slots().reserve(slots);
  }

  /// Throws: pool_maximum_exceeded or out_of_memory where try_reserve gives false.
  void reserve(std::size_t slots) {
    if (!try_reserve(slots)) this->slots().refuse(slots);
  }

  /// Returns: see shared_pool_statistics.
  /// Complexity: as size().
  [[nodiscard]] shared_pool_statistics statistics() const noexcept {
    return this->slots().statistics();
  }

  /// Returns: the pool that a live object lies in.
  /// Complexity: constant: a mask and a load.
  [[nodiscard]] static thread_safe_pool& of(const T* object) noexcept {
    constexpr std::size_t chunk_bytes = detail::chunk_bytes_for(sizeof(T), alignof(T));
    return *static_cast<thread_safe_pool*>(detail::chunk_owner(object, chunk_bytes));
  }
};

static_assert(object_pool<thread_safe_pool<int>>);
static_assert(self_locating_pool<thread_safe_pool<int>>);

}  // namespace strata
