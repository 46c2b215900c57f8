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
#include <optional>
#include <type_traits>
#include <utility>

#include <strata/account.hpp>
#include <strata/detail/common_slots.hpp>
#include <strata/detail/handle_mark.hpp>
#include <strata/pool_concepts.hpp>
#include <strata/pool_error.hpp>
#include <strata/shared_pool_options.hpp>

namespace strata {

/// Any thread may call any member function at any time, unless it says otherwise,
/// and may use objects as it may use any other. `Mutex` is a default-constructible
/// Lockable; two stand in the pool, and are held for a few instructions each, one of
/// them while the pool grows.
///
/// Memory: an object of at least 16 bytes, rounded up to the type's alignment, lies
/// in chunks of 64 KiB, more where eight objects need more, less where the maximum
/// leaves less; a chunk adds an eighth of a byte to each slot. A thread that used the
/// pool holds up to two batches of free slots: of 64 slots, or 16 KiB, or a 64th of
/// the maximum, whichever is least. They return when the thread ends. Chunks return
/// when the pool ends.
template <class T, class Mutex = std::mutex>
class thread_safe_pool {
 public:
  using value_type = T;
  static constexpr bool synchronized = true;  ///< any thread may use it

  /// Effects: makes slots for `options.capacity` objects.
  /// Throws: pool_maximum_exceeded when the capacity exceeds the maximum, else
  ///   out_of_memory when refused.
  explicit thread_safe_pool(const shared_pool_options& options = {})
      : slots_(this, sizeof(T), alignof(T), options) {}

  /// Effects: clear(), and gives all memory back. Threads that used the pool may go
  ///   on or end, before, meanwhile and after.
  /// Requires: as clear().
  ~thread_safe_pool() {
    handles_.check(this, size());
    clear();
  }

  thread_safe_pool(const thread_safe_pool&) = delete;
  thread_safe_pool& operator=(const thread_safe_pool&) = delete;

  /// Returns: a new object; nullptr when the maximum, a limit or the upstream
  ///   refuses. At the maximum, free slots in caches of other threads are out of
  ///   reach; pools with a maximum below 64 have no caches, so it is exact there.
  /// Throws: what the constructor throws; the pool is then as it was.
  /// Complexity: constant, without a lock, but for every batch; or the pool grows.
  template <class... Args>
  requires std::is_constructible_v<T, Args...>
  [[nodiscard]] T* try_emplace(Args&&... args) noexcept(
      std::is_nothrow_constructible_v<T, Args...>) {
    void* const slot = slots_.take();
    if (slot == nullptr) [[unlikely]] {
      return nullptr;
    }
    if constexpr (std::is_nothrow_constructible_v<T, Args...>) {
      return ::new (slot) T(std::forward<Args>(args)...);
    } else {
      try {
        return ::new (slot) T(std::forward<Args>(args)...);
      } catch (...) {
        slots_.give(slot);
        throw;
      }
    }
  }

  /// Returns: a new object.
  /// Throws: pool_maximum_exceeded or out_of_memory where try_emplace gives nullptr;
  ///   what the constructor throws.
  template <class... Args>
  requires std::is_constructible_v<T, Args...> T& emplace(Args&&... args) {
    T* const made = try_emplace(std::forward<Args>(args)...);
    if (made == nullptr) [[unlikely]] {
      slots_.refuse();
    }
    return *made;
  }

  /// Effects: destroys the object and takes its slot back; nullptr is ignored. From
  ///   any thread. What is no object of this pool, or was released before and its
  ///   slot not used again since, ends the program with a diagnosis.
  /// Complexity: as try_emplace, without growth.
  void release(T* object) noexcept {
    if (object == nullptr) return;
    slots_.check_live(object);
    object->~T();
    slots_.give(object);
  }

  /// Effects: makes room for `slots` objects in all.
  /// Returns: whether there is room now; what was made meanwhile stays.
  [[nodiscard]] bool try_reserve(std::size_t slots) noexcept { return slots_.reserve(slots); }

  /// Throws: pool_maximum_exceeded or out_of_memory where try_reserve gives false.
  void reserve(std::size_t slots) {
    if (!slots_.reserve(slots)) slots_.refuse(slots);
  }

  /// Effects: notes that objects of this pool have handles, which owned_handle does.
  ///   The pool must not end any more while something lives in it: the program then
  ///   ends with a diagnosis.
  void expect_handles() noexcept { handles_.set(); }

  /// Effects: destroys every live object; the memory stays for new ones. Other
  ///   threads keep their caches, empty.
  /// Requires: no other thread is in a call to this pool or uses its objects, and
  ///   what they did before is visible here; destructors do not use the pool.
  /// Complexity: linear in capacity.
  void clear() noexcept {
    slots_.clear([](void* slot) { static_cast<T*>(slot)->~T(); });
  }

  /// Returns: whether the address lies in a slot of the pool, live or not.
  /// Complexity: linear in chunks; takes the lock.
  [[nodiscard]] bool owns(const void* address) const noexcept { return slots_.owns(address); }

  /// Returns: how many objects live. While other threads go on, about that many.
  /// Complexity: linear in the threads that have a cache; takes locks.
  [[nodiscard]] std::size_t size() const noexcept { return statistics().in_use; }

  /// Returns: how many objects can live before the pool must grow.
  [[nodiscard]] std::size_t capacity() const noexcept { return slots_.capacity(); }

  /// Returns: see shared_pool_statistics.
  /// Complexity: as size().
  [[nodiscard]] shared_pool_statistics statistics() const noexcept { return slots_.statistics(); }

  /// Returns: the account that is charged for the chunks; nothing when none is.
  [[nodiscard]] std::optional<strata::account> account() const { return slots_.memory().account(); }

  /// Returns: the pool that a live object lies in.
  /// Complexity: constant: a mask and a load.
  [[nodiscard]] static thread_safe_pool& of(const T* object) noexcept {
    constexpr std::size_t chunk_bytes = detail::chunk_bytes_for(sizeof(T), alignof(T));
    return *static_cast<thread_safe_pool*>(detail::chunk_owner(object, chunk_bytes));
  }

 private:
  detail::common_slots<Mutex> slots_;
  detail::handle_mark handles_;
};

static_assert(object_pool<thread_safe_pool<int>>);
static_assert(self_locating_pool<thread_safe_pool<int>>);

}  // namespace strata
