// The cold half of the heap: large blocks, threads, and the heap as a whole.
#pragma once

#include <new>

#include "heap/basic_heap.hpp"
#include "heap/local_heap_cold.hpp"

namespace strata::core {

// -- Large blocks -----------------------------------------------------------------

template <class Config>
auto basic_heap<Config>::allocate_large(std::size_t size, std::size_t alignment) noexcept
    -> large_allocation {
  if (size > domain_.regions.window().size()) return {};
  const std::size_t bytes = base::align_up(size, os::page_size());
  if (!charge(bytes)) return {};
  const std::size_t granules = alignment > granule_bytes ? alignment / granule_bytes : 1;
  base::lock_guard guard(lock_);
  const std::size_t before = retained();
  auto taken = large_.take(this, bytes, granules, retention_.swings());
  if (taken.record == nullptr && purge_locked(SIZE_MAX) != 0) {
    taken = large_.take(this, bytes, granules, retention_.swings());
  }
  if (taken.record == nullptr) {
    discharge(bytes);
    return {};
  }
  note_taken(bytes, before);
  return {domain_.slabs.address_of(*taken.record), taken.zero};
}

template <class Config>
void basic_heap<Config>::free_large(slab& record) noexcept {
  std::size_t bytes;
  {
    base::lock_guard guard(lock_);
    bytes = record.large_bytes;
    if (record.state != slab_state::large) {
      base::report_double_free(domain_.slabs.address_of(record), bytes);
    }
    large_.give(record);
    trim();
  }
  discharge(bytes);
}

template <class Config>
bool basic_heap<Config>::resize_large_in_place(slab& record, std::size_t size) noexcept {
  if (size > domain_.regions.window().size()) return false;
  const std::size_t bytes = base::align_up(size, os::page_size());
  const std::size_t before = record.large_bytes;
  if (bytes > before && !charge(bytes - before)) return false;
  bool done;
  {
    base::lock_guard guard(lock_);
    done = large_.resize_in_place(record, bytes);
    if (done) note_held();
  }
  if (!done && bytes > before) discharge(bytes - before);
  if (done && bytes < before) discharge(before - bytes);
  return done;
}

template <class Config>
void* basic_heap<Config>::move_large(slab& record, std::size_t size) noexcept {
  if (size > domain_.regions.window().size()) return nullptr;
  const std::size_t bytes = base::align_up(size, os::page_size());
  const std::size_t before = record.large_bytes;
  if (!charge(bytes - before)) return nullptr;
  {
    base::lock_guard guard(lock_);
    if (slab* moved = large_.move(record, bytes)) {
      note_held();
      return domain_.slabs.address_of(*moved);
    }
  }
  discharge(bytes - before);
  return nullptr;
}

// -- Threads --------------------------------------------------------------------------

template <class Config>
auto basic_heap<Config>::make_local() noexcept -> local* {
  void* memory = domain_.metadata.allocate(sizeof(local), alignof(local));
  if (memory == nullptr) return nullptr;
  local* made = ::new (memory) local(*this, domain_);
  locals_.push_back(*made);
  return made;
}

template <class Config>
auto basic_heap<Config>::bind(std::uintptr_t token, block** thread_lists) noexcept -> local* {
  base::lock_guard guard(locals_lock_);
  local* bound = orphans_.pop_front();
  if (bound != nullptr) ++statistics_.adoptions;
  if (bound == nullptr) bound = make_local();
  if (bound != nullptr) bound->adopt(token, thread_lists);
  return bound;
}

template <class Config>
void basic_heap<Config>::unbind(local& ending) noexcept {
  ending.send_all();  // before the lock: a receiver may be an orphan of this heap
  base::lock_guard guard(locals_lock_);
  ending.orphan();
  orphans_.push_front(ending);
}

template <class Config>
auto basic_heap<Config>::find(std::uintptr_t token) noexcept -> local* {
  base::lock_guard guard(locals_lock_);
  for (local* member = locals_.front(); member != nullptr; member = local_list::next(*member)) {
    if (member->token() == token) return member;
  }
  return nullptr;
}

template <class Config>
void basic_heap<Config>::tend_orphan(local& orphan) noexcept {
  base::lock_guard guard(locals_lock_);
  if (orphan.token() == token_orphan) orphan.tend();
}

template <class Config>
void basic_heap<Config>::tend_orphans() noexcept {
  base::lock_guard guard(locals_lock_);
  for (local* orphan = orphans_.front(); orphan != nullptr; orphan = orphan_list::next(*orphan)) {
    orphan->flush_lists();
    orphan->tend();
  }
}

template <class Config>
template <class Work>
void basic_heap<Config>::with_orphan(Work work) noexcept {
  base::lock_guard guard(locals_lock_);
  local* orphan = orphans_.front();
  if (orphan == nullptr) {
    orphan = make_local();
    if (orphan == nullptr) return;
    orphans_.push_front(*orphan);
  }
  work(*orphan);
}

// -- The whole heap ---------------------------------------------------------------------

template <class Config>
void basic_heap<Config>::settle() noexcept {
  base::lock_guard guard(locals_lock_);
  for (local* member = locals_.front(); member != nullptr; member = local_list::next(*member)) {
    if (member->token() == token_ghost) continue;
    member->flush_lists();
    member->tend();
  }
}

template <class Config>
void basic_heap<Config>::reset() noexcept {
  {
    base::lock_guard guard(locals_lock_);
    for (local* member = locals_.front(); member != nullptr; member = local_list::next(*member)) {
      if (member->scopes() != 0) base::report_heap_in_scope(account_->name(), member->scopes());
      member->forget_all();
    }
  }
  const std::size_t bytes = live_bytes();
  discharge(bytes);
  base::lock_guard guard(lock_);
  segments_.give_all();
  slab_bytes_ = 0;
  large_.for_each([&](slab& record) { large_.give(record); });
  trim();
}

template <class Config>
bool basic_heap<Config>::invariant() noexcept {
  base::lock_guard locals_guard(locals_lock_);
  std::size_t slabs_in_queues = 0;
  for (local* member = locals_.front(); member != nullptr; member = local_list::next(*member)) {
    if (member->token() == token_ghost) continue;
    if (!member->invariant()) return false;
    member->for_each_slab([&](const slab&) { ++slabs_in_queues; });
  }
  base::lock_guard guard(lock_);
  std::size_t slabs = 0;
  std::size_t bytes = 0;
  segments_.for_each_slab([&](const slab& record) {
    if (record.owner->token() != token_ghost) ++slabs;
    bytes += slab_bytes(record.size_class);
  });
  return locals_.invariant() && orphans_.invariant() && segments_.invariant() &&
         large_.invariant() && bytes == slab_bytes_ && slabs == slabs_in_queues &&
         domain_.regions.invariant();
}

}  // namespace strata::core
