// The cold half of the local heap: refills, returns, change of owner.
#pragma once

#include "heap/basic_heap.hpp"
#include "heap/local_heap.hpp"

namespace strata::core {

// -- Refill --------------------------------------------------------------------

template <class Config>
auto basic_local_heap<Config>::refill(std::size_t index, std::size_t size) noexcept -> allocation {
  queue_type& from = queues_[index];
  allocation found;
  if (from.active != nullptr && from.active->free != nullptr && !has_mail()) [[likely]] {
    found.memory = take_active(from);
  } else {
    found = find_blocks(from, index);
    if (found.memory == nullptr) return {};
  }
  ++from.refills;
  statistics_.sampled_requests += size;
  statistics_.sampled_blocks += class_size(index);
  if (list(index) != nullptr) [[unlikely]]
    flush_list(index);  // a pressure handler's
  list(index) = found.memory->next;
  return found;
}

template <class Config>
block* basic_local_heap<Config>::take_active(queue_type& from) noexcept {
  from.refilled_blocks += from.active->extended - from.active->used;
  ++statistics_.refills_from_active;
  return take_free(*from.active);
}

template <class Config>
auto basic_local_heap<Config>::find_blocks(queue_type& from, std::size_t index) noexcept
    -> allocation {
  allocation found;
  if (has_mail()) [[unlikely]]
    found.memory = refill_from_inbox(from);
  if (found.memory == nullptr) found.memory = refill_from_slabs(from);
  if (found.memory == nullptr) found = refill_from_fresh(from);
  if (found.memory != nullptr || !new_slab(from, index)) return found;
  found.memory = refill_from_slabs(from);
  return found.memory != nullptr ? found : refill_from_fresh(from);
}

// Arrivals go to their slabs; those of this class may serve at once.
template <class Config>
block* basic_local_heap<Config>::refill_from_inbox(queue_type& from) noexcept {
  judge_suspects();
  collect_inbox();
  collect_emptied();
  block* found = refill_from_slabs(from);
  if (found != nullptr) ++statistics_.refills_from_inbox;
  return found;
}

template <class Config>
block* basic_local_heap<Config>::refill_from_slabs(queue_type& from) noexcept {
  if (from.active != nullptr && from.active->free != nullptr) return take_active(from);
  slab* waiting = from.next_partial(domain_->slabs);
  if (waiting == nullptr) return nullptr;
  from.set_aside(domain_->slabs);
  from.activate(*waiting);
  open(*waiting);
  from.refilled_blocks += waiting->extended - waiting->used;
  ++statistics_.refills_from_queue;
  return take_free(*waiting);
}

template <class Config>
auto basic_local_heap<Config>::refill_from_fresh(queue_type& from) noexcept -> allocation {
  slab* fresh = from.fresh;
  if (fresh == nullptr) return {};
  if (fresh != from.active) {
    from.set_aside(domain_->slabs);
    from.activate(*fresh);
  }
  const std::size_t count = extension(from, *fresh);
  const bool zero = fresh->zero && count == 1;
  block* blocks = extend(*fresh, domain_->slabs.address_of(*fresh), count);
  open(*fresh);
  if (fresh->extended == slab_capacity(*fresh)) from.fresh = nullptr;
  from.refilled_blocks += count;
  ++statistics_.refills_from_fresh;
  return {blocks, zero};
}

template <class Config>
bool basic_local_heap<Config>::new_slab(queue_type& into, std::size_t index) noexcept {
  slab* added = home_->take_slab(index, *this);
  if (added == nullptr) return false;
  if (into.has_blocks()) {  // a pressure handler freed, or allocated, in this very class
    home_->give_slab(*added);
    return true;
  }
  into.set_aside(domain_->slabs);
  into.activate(*added);
  into.fresh = added;
  ++into.slabs;
  ++statistics_.refills_from_segment;
  return true;
}

// How many blocks to hand out for the first time: to the end of the page that
// the next block touches, so that small programs touch few pages; further once
// the class has proved busy. Medium blocks come one by one: each is pages that
// may never be needed.
template <class Config>
std::size_t basic_local_heap<Config>::extension(const queue_type& from,
                                                const slab& record) noexcept {
  constexpr std::size_t step_first = 4 * base::kib;
  constexpr std::size_t step_busy = 16 * base::kib;
  constexpr std::size_t busy_slabs = 4;
  if (!is_small(record.size_class)) return 1;
  const std::size_t size = class_size(record.size_class);
  const std::size_t step = from.slabs > busy_slabs ? step_busy : step_first;
  const std::size_t begin = record.extended * size;
  const std::size_t count = (base::align_up(begin + 1, step) - begin) / size;
  const std::size_t left = slab_capacity(record) - record.extended;
  return count == 0 ? 1 : count < left ? count : left;
}

template <class Config>
void basic_local_heap<Config>::open(slab& record) noexcept {
  const std::uintptr_t mine = token();
  if (mine == token_orphan) return;
  open_fast_path(record, reinterpret_cast<std::uintptr_t>(domain_->slabs.address_of(record)), mine);
}

// -- Returns -------------------------------------------------------------------

template <class Config>
void basic_local_heap<Config>::free_own(slab& record, block* freed) noexcept {
  queue_type& from = queues_[record.size_class];
  if (record.state == slab_state::full) {
    if (is_gone(record)) base::report_double_free(freed, class_size(record.size_class));
    from.reopen(domain_->slabs, record);
    open(record);
  } else if (record.bound == 0 && token() != token_orphan && is_small(record.size_class)) {
    // An adopted slab. Open slabs stand behind closed ones in the queue, so that
    // the end of a thread finds them without visiting all.
    if (record.state == slab_state::partial) {
      from.partial.remove(domain_->slabs, record);
      from.partial.push_back(domain_->slabs, record);
    }
    open(record);
  }
  push_free(record, freed);
  if (--record.used == 0) retire_slab(record);
}

template <class Config>
void basic_local_heap<Config>::retire_slab(slab& record) noexcept {
  queue_type& from = queues_[record.size_class];
  if (&record == from.active || &record == from.fresh) return;
  from.drop(domain_->slabs, record);
  close_fast_path(record);
  home_->give_slab(record);
}

template <class Config>
void basic_local_heap<Config>::release(block* freed) noexcept {
  slab* record = &domain_->slabs.find(freed);
  if (record->state == slab_state::tail) record -= record->head_distance;
  free_own(*record, freed);
}

template <class Config>
bool basic_local_heap<Config>::is_free(const slab& record, const void* candidate) noexcept {
  for (const block* at = record.free; at != nullptr; at = at->next) {
    if (at == candidate) return true;
  }
  for (const block* at = list(record.size_class); at != nullptr; at = at->next) {
    if (at == candidate) return true;
  }
  return inbox_.contains(candidate);
}

template <class Config>
void basic_local_heap<Config>::collect_inbox() noexcept {
  emptied_bytes_.store(0, std::memory_order_relaxed);
  waiting_bytes_.store(0, std::memory_order_relaxed);
  for (block* at = inbox_.take_all(); at != nullptr;) {
    block* next = at->next;
    slab& head = head_of(domain_->slabs.find(at));
    base::racy_store(head.drained, static_cast<std::uint16_t>(head.drained + 1));
    free_own(head, at);
    at = next;
  }
}

template <class Config>
void basic_local_heap<Config>::judge_suspects() noexcept {
  while (void* suspect = suspects_.take()) {
    slab* record = &domain_->slabs.find(suspect);
    if (record->state == slab_state::tail) record -= record->head_distance;
    if (is_free(*record, suspect)) {
      base::report_double_free(suspect, class_size(record->size_class));
    }
    free_own(*record, static_cast<block*>(suspect));
  }
}

template <class Config>
void basic_local_heap<Config>::flush_lists() noexcept {
  for (std::size_t index = 1; index < class_count; ++index) flush_list(index);
}

template <class Config>
void basic_local_heap<Config>::flush_list(std::size_t index) noexcept {
  block* at = list(index);
  list(index) = nullptr;
  while (at != nullptr) {
    block* next = at->next;
    release(at);
    at = next;
  }
}

template <class Config>
void basic_local_heap<Config>::return_if_empty(queue_type& from, slab*& kept) noexcept {
  slab* record = kept;
  if (record == nullptr || record->used != 0) return;
  if (from.active == record) from.active = nullptr;
  if (from.fresh == record) from.fresh = nullptr;
  --from.slabs;
  close_fast_path(*record);
  home_->give_slab(*record);
}

template <class Config>
void basic_local_heap<Config>::return_empty_slabs() noexcept {
  for (queue_type& from : queues_) {
    return_if_empty(from, from.active);
    return_if_empty(from, from.fresh);
  }
}

// -- Other threads ---------------------------------------------------------------

// Between the post and the look at the token, the owner may end: then either it
// sees the blocks, or this thread sees that it ended.
template <class Config>
void basic_local_heap<Config>::accept(const chain& blocks) noexcept {
  const posts added = count_posts(*domain_, blocks.first);
  inbox_.post(blocks);
  if (token_.load(std::memory_order_seq_cst) == token_orphan) return home_->tend_orphan(*this);
  const std::size_t waiting =
      waiting_bytes_.fetch_add(added.bytes, std::memory_order_relaxed) + added.bytes;
  if (added.emptied_bytes == 0) return;
  const std::size_t emptied =
      emptied_bytes_.fetch_add(added.emptied_bytes, std::memory_order_relaxed) +
      added.emptied_bytes;
  // Reclaiming walks all that waits, so it must be worth half of it.
  if (emptied > std::max(waiting / 2, reclaim_floor())) [[unlikely]] {
    reclaim();
  }
}

// Once in a while, by any thread that posts: see reclaim.hpp.
template <class Config>
void basic_local_heap<Config>::reclaim() noexcept {
  if (!reclaim_lock_.try_lock()) return;
  const reclaimed result = reclaim_emptied(*domain_, inbox_.take_all());
  if (result.rest.count != 0) inbox_.post(result.rest);
  emptied_bytes_.store(0, std::memory_order_relaxed);
  waiting_bytes_.store(result.rest_bytes, std::memory_order_relaxed);
  if (result.slabs != 0) slabs_emptied_.store(true, std::memory_order_release);
  reclaim_lock_.unlock();
  if (token_.load(std::memory_order_seq_cst) == token_orphan) home_->tend_orphan(*this);
}

// For the owner: takes back the slabs that others found empty. They look full
// here, but for the active one.
template <class Config>
void basic_local_heap<Config>::collect_emptied() noexcept {
  if (!slabs_emptied_.exchange(false, std::memory_order_acquire)) return;
  for (queue_type& from : queues_) {
    if (from.active != nullptr && is_gone(*from.active)) {
      slab& record = *from.active;
      from.active = nullptr;
      --from.slabs;
      give_emptied(record);
    }
    for (slab* at = from.full.front(domain_->slabs); at != nullptr;) {
      slab* next = slab_list<table>::next(domain_->slabs, *at);
      if (is_gone(*at)) {
        from.drop(domain_->slabs, *at);
        give_emptied(*at);
      }
      at = next;
    }
  }
}

template <class Config>
void basic_local_heap<Config>::give_emptied(slab& record) noexcept {
  close_fast_path(record);
  if (record.free != nullptr) {
    base::report_double_free(record.free, class_size(record.size_class));
  }
  base::racy_store(record.used, std::uint16_t{0});
  if (record.contents == slab_contents::gone) {
    record.extended = 0;  // nothing of it is resident
    for (std::size_t i = 0; i < slab_granules(record.size_class); ++i) {
      set_resident_bytes(*(&record + i), 0);
    }
  }
  home_->give_slab(record);
}

template <class Config>
void basic_local_heap<Config>::accept_suspect(void* pointer) noexcept {
  if (!suspects_.add(pointer)) {  // so many at once are no coincidence
    base::report_double_free(pointer, class_size(head_of(domain_->slabs.find(pointer)).size_class));
  }
  if (token_.load(std::memory_order_seq_cst) == token_orphan) home_->tend_orphan(*this);
}

// -- Change of owner ---------------------------------------------------------------

template <class Config>
void basic_local_heap<Config>::adopt(std::uintptr_t adopter, block** linear_lists) noexcept {
  // An orphan that served threads without a local heap has blocks on its own lists.
  for (std::size_t index = 1; linear_lists != nullptr && index <= linear_count; ++index) {
    linear_lists[index] = queues_[index].list;
    queues_[index].list = nullptr;
  }
  linear_lists_ = linear_lists;
  token_.store(adopter, std::memory_order_seq_cst);
}

template <class Config>
void basic_local_heap<Config>::orphan() noexcept {
  flush_lists();
  linear_lists_ = nullptr;
  for (queue_type& from : queues_) {
    if (from.active != nullptr) close_fast_path(*from.active);
    if (from.fresh != nullptr) close_fast_path(*from.fresh);
    close_partial_slabs(from);
  }
  token_.store(token_orphan, std::memory_order_seq_cst);
  tend();
}

// The owner, or whoever holds the locals lock of an orphan.
template <class Config>
void basic_local_heap<Config>::tend() noexcept {
  collect_inbox();
  judge_suspects();
  collect_emptied();
  return_empty_slabs();
}

template <class Config>
void basic_local_heap<Config>::close_partial_slabs(queue_type& from) noexcept {
  for (slab* at = from.partial.back(domain_->slabs); at != nullptr && at->bound != 0;
       at = slab_list<table>::previous(domain_->slabs, *at)) {
    close_fast_path(*at);
  }
}

// The heap takes all slabs at once; what this local heap knew of them is void.
template <class Config>
void basic_local_heap<Config>::forget_all() noexcept {
  static_cast<void>(inbox_.take_all());
  slabs_emptied_.store(false, std::memory_order_relaxed);
  while (suspects_.take() != nullptr) {
  }
  for (queue_type& from : queues_) {
    const auto refills = from.refills;
    const auto blocks = from.refilled_blocks;
    from = {};
    from.refills = refills;
    from.refilled_blocks = blocks;
  }
}

// -- Reading -------------------------------------------------------------------

template <class Config>
std::size_t basic_local_heap<Config>::list_length(std::size_t index) noexcept {
  std::size_t length = 0;
  for (const block* at = list(index); at != nullptr; at = at->next) ++length;
  return length;
}

template <class Config>
bool basic_local_heap<Config>::invariant() const noexcept {
  for (const queue_type& from : queues_) {
    if (!from.invariant(domain_->slabs)) return false;
  }
  return true;
}

}  // namespace strata::core
