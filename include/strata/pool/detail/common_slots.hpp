// Slots of one size for any number of threads: what thread_safe_pool and the pools
// of the C interface are made of.
//
//   take -- cache has a slot --> slot                                    hot
//     \---- take_slow -- spare batch, or a batch of the common slots     Mutex
//                \------ grow                                            upstream
//   give -- cache has room --> done                                      hot
//     \---- give_slow -- head becomes the spare, the spare goes common   Mutex
//
// A thread keeps at most two batches: a list that it takes from and gives to, and
// a whole batch. So it meets the Mutex at most once in a batch of operations,
// whatever their order (magazines: Bonwick and Adams 2001, there as arrays). Slots
// that die on another thread than they were taken on need no more than that: they
// travel back a batch at a time.
//
// Not for programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/detail/poison.hpp>
#include <strata/pool/detail/common_store.hpp>
#include <strata/pool/detail/pool_mark.hpp>
#include <strata/pool/detail/thread_caches.hpp>
#include <strata/pool/pool_error.hpp>
#include <strata/pool/shared_pool_options.hpp>

namespace strata::detail {

template <class Mutex>
class common_slots final : private cached_pool {
 public:
  /// `owner` is what the chunks lead back to.
  common_slots(void* owner, std::size_t bytes, std::size_t alignment,
               const shared_pool_options& options)
      : store_(owner, layout_slots(bytes, alignment, options.maximum),
               {options.name, options.limit, options.parent, options.upstream}) {
    if (!reserve(options.capacity)) refuse(options.capacity);
  }

  ~common_slots() { detach_all(); }

  /// Returns: a slot; nullptr when refused.
  [[nodiscard]] void* take() noexcept {
    slot_cache& mine = cache();
    free_slot* const slot = mine.head;
    if (slot == nullptr) [[unlikely]] {
      return take_slow();
    }
    mine.head = slot->next;
    mine.room.store(mine.room.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return shown(slot);
  }

  /// Requires: a slot that was taken; checked by check_live.
  void give(void* address) noexcept {
    slot_cache& mine = cache();
    const std::uint32_t room = mine.room.load(std::memory_order_relaxed);
    if (room == 0) [[unlikely]] {
      return give_slow(address);
    }
    mine.head = hidden(address, mine.head);
    mine.room.store(room - 1, std::memory_order_relaxed);
  }

  /// Effects: ends the program when no slot that is in use begins here.
  void check_live(const void* address) const noexcept {
    if (!store_.has_slot(address)) [[unlikely]] {
      report_foreign_release(memory().name(), address);
    }
    if (mark_at(&static_cast<const free_slot*>(address)->mark) == store_.mark()) [[unlikely]] {
      report_double_release(memory().name(), address);
    }
  }

  /// Effects: makes room for `slots` slots in all.
  /// Returns: whether there is.
  [[nodiscard]] bool reserve(std::size_t slots) noexcept;

  /// Effects: calls `end(void* slot)` for each slot in use, and makes all free.
  /// Requires: no other thread is in a call, or uses a slot.
  template <class End>
  void clear(End end) noexcept;

  /// Effects: throws the reason why take, or a reservation of `slots`, failed.
  [[noreturn, gnu::cold]] void refuse(std::size_t slots = 0) const;

  [[nodiscard]] bool owns(const void* address) const noexcept {
    const std::lock_guard hold(lists_);
    return store_.covers(address);
  }
  [[nodiscard]] std::size_t capacity() const noexcept {
    const std::lock_guard hold(lists_);
    return store_.capacity();
  }
  [[nodiscard]] shared_pool_statistics statistics() const noexcept;
  [[nodiscard]] std::size_t in_use() const noexcept { return statistics().in_use; }
  [[nodiscard]] const pool_memory& memory() const noexcept { return store_.memory(); }
  [[nodiscard]] const slot_layout& layout() const noexcept { return store_.layout(); }

 private:
  [[gnu::noinline, gnu::cold]] void* take_slow() noexcept;
  [[gnu::noinline, gnu::cold]] void give_slow(void* address) noexcept;
  [[nodiscard]] slot_list take_common(std::uint32_t most) noexcept;
  void give_common(slot_list slots) noexcept;
  [[nodiscard]] slot_list grow_and_take(std::uint32_t most) noexcept;
  [[nodiscard]] bool grow() noexcept;
  [[nodiscard]] slot_cache* own_cache() noexcept;
  void take_back(slot_cache& cache) noexcept override;

  [[nodiscard]] void* shown(free_slot* slot) noexcept {
    mark_at(&slot->mark) = 0;
    unpoison(slot + 1, layout().stride - sizeof(free_slot));
    return slot;
  }
  [[nodiscard]] free_slot* hidden(void* address, free_slot* next) noexcept {
    poison(static_cast<free_slot*>(address) + 1, layout().stride - sizeof(free_slot));
    return ::new (address) free_slot{next, store_.mark()};
  }

  common_store store_;
  alignas(64) mutable Mutex lists_;
  std::size_t taken_ = 0;     // under lists_
  std::size_t given_ = 0;     // under lists_
  std::size_t refusals_ = 0;  // under lists_
  Mutex growth_;              // before lists_; held while the upstream is asked
};

template <class Mutex>
void* common_slots<Mutex>::take_slow() noexcept {
  slot_cache* const mine = own_cache();
  if (mine == nullptr) {
    const slot_list one = take_common(1);
    return one.head == nullptr ? nullptr : shown(one.head);
  }
  const std::uint32_t batch = layout().batch;
  slot_list got{mine->spare.load(std::memory_order_relaxed), batch};
  if (got.head != nullptr) {
    mine->spare.store(nullptr, std::memory_order_relaxed);
  } else {
    got = take_common(batch);
    if (mine->head != nullptr) {  // the upstream released to this pool
      give_common(got);
      return take();
    }
    if (got.head == nullptr) return nullptr;
  }
  mine->head = got.head->next;
  mine->room.store(batch - got.count + 1, std::memory_order_relaxed);
  return shown(got.head);
}

template <class Mutex>
void common_slots<Mutex>::give_slow(void* address) noexcept {
  slot_cache* const mine = own_cache();
  if (mine == nullptr) return give_common({hidden(address, nullptr), 1});
  const std::uint32_t batch = layout().batch;
  if (mine->room.load(std::memory_order_relaxed) == 0) {
    free_slot* const spare = mine->spare.load(std::memory_order_relaxed);
    if (spare != nullptr) give_common({spare, batch});
    mine->spare.store(mine->head, std::memory_order_relaxed);
    mine->head = nullptr;
    mine->room.store(batch, std::memory_order_relaxed);
  }
  mine->head = hidden(address, mine->head);
  mine->room.store(mine->room.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
}

// The calling thread's cache, made where there is none; nullptr when there can be none.
template <class Mutex>
slot_cache* common_slots<Mutex>::own_cache() noexcept {
  if (layout().batch == 0) return nullptr;
  slot_cache& mine = cache();
  return mine.pool == this ? &mine : attach(layout().batch);
}

template <class Mutex>
slot_list common_slots<Mutex>::take_common(std::uint32_t most) noexcept {
  {
    const std::lock_guard hold(lists_);
    const slot_list taken = store_.take(most);
    if (taken.head != nullptr) {
      ++taken_;
      return taken;
    }
  }
  return grow_and_take(most);
}

template <class Mutex>
void common_slots<Mutex>::give_common(slot_list slots) noexcept {
  const std::lock_guard hold(lists_);
  ++given_;
  store_.give(slots);
}

// Another thread may have grown the pool, or taken all of it, meanwhile.
template <class Mutex>
slot_list common_slots<Mutex>::grow_and_take(std::uint32_t most) noexcept {
  const std::lock_guard one_at_a_time(growth_);
  for (bool grown = true;;) {
    {
      const std::lock_guard hold(lists_);
      const slot_list taken = store_.take(most);
      taken.head != nullptr ? ++taken_ : grown ? taken_ : ++refusals_;
      if (taken.head != nullptr || !grown) return taken;
    }
    grown = grow();
  }
}

// Under growth_, and not under lists_: the upstream may be the program's, and what
// it does must be free to release to this pool.
template <class Mutex>
bool common_slots<Mutex>::grow() noexcept {
  common_store::growth added = store_.prepare();
  if (added.chunk == nullptr) return false;
  {
    const std::lock_guard hold(lists_);
    store_.adopt(added);
  }
  store_.dispose(added);
  return true;
}

template <class Mutex>
bool common_slots<Mutex>::reserve(std::size_t slots) noexcept {
  const std::lock_guard one_at_a_time(growth_);
  while (capacity() < slots) {
    if (!grow()) return false;
  }
  return true;
}

template <class Mutex>
void common_slots<Mutex>::take_back(slot_cache& cache) noexcept {
  const std::lock_guard hold(lists_);
  const std::uint32_t batch = layout().batch;
  store_.give({cache.head, batch - cache.room.load(std::memory_order_relaxed)});
  free_slot* const spare = cache.spare.load(std::memory_order_relaxed);
  if (spare != nullptr) store_.give({spare, batch});
  cache.head = nullptr;
  cache.room.store(batch, std::memory_order_relaxed);
  cache.spare.store(nullptr, std::memory_order_relaxed);
}

// Without a lock while destructors run, which may do anything but use this pool.
// Threads that end meanwhile bring empty caches.
template <class Mutex>
template <class End>
void common_slots<Mutex>::clear(End end) noexcept {
  each_cache([&](slot_cache& cache) { take_back(cache); });
  {
    const std::lock_guard hold(lists_);
    store_.take_census();
  }
  store_.each_live(end);
  const std::lock_guard hold(lists_);
  store_.reset();
}

template <class Mutex>
shared_pool_statistics common_slots<Mutex>::statistics() const noexcept {
  shared_pool_statistics seen{};
  each_cache([&](const slot_cache& cache) {
    const std::size_t spare = cache.spare.load(std::memory_order_relaxed) != nullptr;
    ++seen.caches;
    seen.cached += layout().batch * (spare + 1) - cache.room.load(std::memory_order_relaxed);
  });
  const std::lock_guard hold(lists_);
  seen.capacity = store_.capacity();
  seen.common = store_.free_slots();
  seen.unused = store_.capacity() - store_.carved();
  const std::size_t free = seen.common + seen.cached;
  seen.in_use = store_.carved() > free ? store_.carved() - free : 0;
  seen.taken = taken_;
  seen.given = given_;
  seen.chunks = store_.chunks();
  seen.refusals = refusals_;
  return seen;
}

template <class Mutex>
void common_slots<Mutex>::refuse(std::size_t slots) const {
  const shared_pool_statistics seen = statistics();
  const std::string_view name = memory().name();
  const std::size_t wanted = slots > seen.capacity ? slots - seen.capacity : 1;
  if (wanted > layout().maximum - seen.capacity) {
    throw pool_maximum_exceeded(name, layout().maximum, seen.in_use, wanted, layout().stride);
  }
  throw out_of_memory(name, layout().chunk_bytes);
}

}  // namespace strata::detail
