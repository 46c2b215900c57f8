// How each thread finds its own cache of a pool that many threads share, in a
// handful of instructions, and how caches survive whichever dies first, the
// thread or the pool.
//
//   thread-local table           caches, one per thread and number   pools
//   +-------+-------+-------+
//   |  [0]  |  [1]  |  [2]  |--> head, room, spare, pool ---------> number 2
//   +-------+-------+-------+
//      |       `---------------> head = null, room = 0, pool = null   (1 died)
//      `-----------------------> no_cache: head = null, room = 0      (never used)
//
// A pool has a number, the place of its caches in every thread's table. Numbers
// of dead pools are used again. A cache belongs to its thread: it outlives the
// pool, empty and without room, so that the next pool of that number finds it in
// the state in which both fast paths turn to the slow one.
//
// One lock, the registry's, guards which caches belong to which pool. It is taken
// when a thread meets a pool for the first time, when either ends, and to count.
// Order of locks: a pool's growth, the registry, a pool's lists.
//
// Not for programs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace strata::detail {

/// What a slot holds while no object lives in it.
struct free_slot {
  free_slot* next;
  std::uintptr_t mark;  ///< its pool's, by which a second release is noticed
};

class cached_pool;

/// The free slots that one thread holds of one pool. While it is attached:
/// slots in `head` + `room` = the pool's batch; `spare` is nothing or a batch.
/// Only the owner writes; others read the atomics, to count.
struct alignas(64) slot_cache {
  free_slot* head = nullptr;
  std::atomic<std::uint32_t> room{0};  ///< how many more slots fit into `head`
  std::atomic<free_slot*> spare{nullptr};

  // Guarded by the registry.
  cached_pool* pool = nullptr;
  slot_cache* next = nullptr;
  slot_cache* previous = nullptr;
};

/// The calling thread's caches by the numbers of their pools. Zero at first, so
/// that finding it needs neither a guard nor a call.
struct thread_cache_table {
  slot_cache** caches;
  std::size_t count;
};

extern constinit thread_local thread_cache_table this_thread_caches;

/// The cache of those who have none. Never written to.
extern slot_cache no_cache;

/// The part of a shared pool that threads know.
class cached_pool {
 public:
  cached_pool(const cached_pool&) = delete;
  cached_pool& operator=(const cached_pool&) = delete;

  /// Effects: takes the slots of a cache whose thread ends. Called under the
  ///   registry's lock.
  virtual void take_back(slot_cache& cache) noexcept = 0;

 protected:
  /// Throws: std::bad_alloc.
  cached_pool();
  ~cached_pool();

  /// Returns: the calling thread's cache; one without slots and room when there
  ///   is none for this pool.
  [[nodiscard]] slot_cache& cache() const noexcept {
    const thread_cache_table& table = this_thread_caches;
    return number_ < table.count ? *table.caches[number_] : no_cache;
  }

  /// Effects: makes the calling thread a cache, empty and with room for `batch`.
  /// Returns: the cache; nullptr when there is no memory, or the thread is ending.
  [[nodiscard]] slot_cache* attach(std::uint32_t batch) noexcept;

  /// Effects: empties every cache, and lets go of it. Derived classes call it
  ///   first in their destructors, so that threads may end meanwhile.
  void detach_all() noexcept;

  /// Effects: calls `visit(slot_cache&)` for each attached cache, under the
  ///   registry's lock.
  template <class Visit>
  void each_cache(Visit visit) const;

 private:
  friend class cache_registry;

  std::size_t number_;
  slot_cache* caches_ = nullptr;
};

/// Holds the registry's lock.
class registry_lock {
 public:
  registry_lock() noexcept;
  ~registry_lock();
  registry_lock(const registry_lock&) = delete;
  registry_lock& operator=(const registry_lock&) = delete;
};

template <class Visit>
void cached_pool::each_cache(Visit visit) const {
  const registry_lock hold;
  for (slot_cache* cache = caches_; cache != nullptr; cache = cache->next) visit(*cache);
}

}  // namespace strata::detail
