// The cold half of the local heap: refills, returns, change of owner.
#pragma once

#include "heap/basic_heap.hpp"
#include "heap/local_heap.hpp"

namespace strata::core {

// -- Refill --------------------------------------------------------------------

// Every few dozen allocations come here, most of them for what this thread freed
// into the slab at hand: that way is kept short.
template <class Config>
auto basic_local_heap<Config>::refill(std::size_t index, std::size_t size) noexcept -> allocation {
  queue_type& from = queues_[index];
  slab* const active = from.active;
  if (active == nullptr || active->free == nullptr || has_suspects()) {
    return refill_elsewhere(index, size);
  }
  const allocation found{take_from(from, *active), false};
  hand_out(index, size, found);
  return found;
}

template <class Config>
auto basic_local_heap<Config>::refill_elsewhere(std::size_t index, std::size_t size) noexcept
    -> allocation {
  const allocation found = find_blocks(queues_[index], index);
  if (found.memory == nullptr) return {};
  if (list(index) != nullptr) [[unlikely]]
    flush_list(index);  // a pressure handler's
  hand_out(index, size, found);
  return found;
}

// All but the first, which is the program's.
template <class Config>
inline void basic_local_heap<Config>::hand_out(std::size_t index, std::size_t size,
                                               const allocation& found) noexcept {
  ++queues_[index].refills;
  statistics_.sampled_requests += size;
  list(index) = found.rest();
}

template <class Config>
auto basic_local_heap<Config>::find_blocks(queue_type& from, std::size_t index) noexcept
    -> allocation {
  if constexpr (Config::thread_safe) look_around();
  allocation found;
  found.memory = refill_from_slabs(from);
  if (found.memory == nullptr) found.memory = refill_from_mail(from, index);
  if (found.memory == nullptr) found = refill_from_fresh(from);
  if (found.memory != nullptr) return found;
  look_for_empty_slabs();
  if (!new_slab(from, index)) return found;
  found.memory = refill_from_slabs(from);
  return found.memory != nullptr ? found : refill_from_fresh(from);
}

// What does not wait until its class is short of blocks.
template <class Config>
void basic_local_heap<Config>::look_around() noexcept {
  if (has_suspects()) [[unlikely]]
    judge_suspects();
  if (complete_bytes_.load(std::memory_order_relaxed) >= waiting_max) [[unlikely]]
    read_all_mail();
}

// Before memory is added. What only others freed they counted; where this thread freed
// some of the blocks itself, nobody did, and a look now and then has to do.
template <class Config>
void basic_local_heap<Config>::look_for_empty_slabs() noexcept {
  constexpr std::uint64_t slabs_between = 8;
  if (complete_bytes_.load(std::memory_order_relaxed) > 0 ||
      statistics_.refills_from_segment % slabs_between == 0) {
    read_all_mail();
  }
}

// Last of all that is resident: the longer a slab's blocks are left to gather, the
// fewer times it changes hands, and the less often its own list must be walked.
template <class Config>
block* basic_local_heap<Config>::refill_from_mail(queue_type& from, std::size_t index) noexcept {
  if (!Config::thread_safe || mail_[index].empty()) return nullptr;
  read_mail(index, reader::refill);
  block* found = refill_from_slabs(from);
  if (found != nullptr) ++statistics_.refills_from_mail;
  return found;
}

template <class Config>
block* basic_local_heap<Config>::refill_from_slabs(queue_type& from) noexcept {
  if (from.active != nullptr && from.active->free != nullptr) return take_from(from, *from.active);
  return activate_next(from) ? take_from(from, *from.active) : nullptr;
}

template <class Config>
bool basic_local_heap<Config>::activate_next(queue_type& from) noexcept {
  slab* waiting = from.next_partial(domain_->slabs);
  if (waiting == nullptr) return false;
  from.set_aside(domain_->slabs);
  from.activate(*waiting);
  open(*waiting);
  ++statistics_.refills_from_queue;
  return true;
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
  if (fresh->extended + count == slab_capacity(*fresh)) from.fresh = nullptr;
  // A fork from a signal handler here finds no exhausted slab that claims to be fresh.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::byte* const start = domain_->slabs.address_of(*fresh);
  block* blocks = zero ? extend_untouched(*fresh, start) : extend(*fresh, start, count);
  open(*fresh);
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
// the class has proved busy, or as far as pages are resident anyhow. Medium
// blocks come one by one otherwise: each is pages that may never be needed.
template <class Config>
std::size_t basic_local_heap<Config>::extension(const queue_type& from,
                                                const slab& record) noexcept {
  constexpr std::size_t step_first = 4 * base::kib;
  constexpr std::size_t step_busy = 16 * base::kib;
  constexpr std::size_t busy_slabs = 4;
  constexpr std::size_t blocks_at_once = 64;
  const std::size_t size = class_size(record.size_class);
  const std::size_t step = from.slabs > busy_slabs ? step_busy : step_first;
  const std::size_t begin = record.extended * size;
  const std::size_t end = is_small(record.size_class) ? base::align_up(begin + 1, step) : 0;
  const std::size_t warm = std::min(resident_run(record), begin + blocks_at_once * size);
  const std::size_t reach = std::max({end, warm, begin + size});
  const std::size_t left = slab_capacity(record) - record.extended;
  return std::min((reach - begin) / size, left);
}

template <class Config>
void basic_local_heap<Config>::open(slab& record) noexcept {
  const std::uintptr_t mine = token();
  if (mine == token_orphan) return;
  open_fast_path(record, reinterpret_cast<std::uintptr_t>(domain_->slabs.address_of(record)), mine);
}

// -- Returns -------------------------------------------------------------------

// A slab that had no free block, or belonged to a thread that ended, gets one.
template <class Config>
void basic_local_heap<Config>::wake(slab& record) noexcept {
  queue_type& from = queues_[record.size_class];
  if (record.state == slab_state::full) {
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
}

template <class Config>
void basic_local_heap<Config>::free_own(slab& record, block* freed) noexcept {
  if (is_gone(record)) [[unlikely]]
    base::report_double_free(freed, class_size(record.size_class));
  wake(record);
  push_free(record, freed);
  if (--record.used == 0) retire_slab(record);
}

template <class Config>
void basic_local_heap<Config>::retire_slab(slab& record) noexcept {
  if (is_current(record)) return;
  queues_[record.size_class].drop(domain_->slabs, record);
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
bool basic_local_heap<Config>::is_free(slab& record, const void* candidate) noexcept {
  for (const block* at = record.free; at != nullptr; at = at->next) {
    if (at == candidate) return true;
  }
  for (const block* at = list(record.size_class); at != nullptr; at = at->next) {
    if (at == candidate) return true;
  }
  const remote_word posted = remote_now(record);
  if (posted.state() != remote_word::fate::in_use) return true;
  const block* at = posted.first(domain_->slabs.address_of(record));
  for (; at != nullptr; at = at->next) {
    if (at == candidate) return true;
  }
  return false;
}

template <class Config>
void basic_local_heap<Config>::read_mail(std::size_t index, reader who) noexcept {
  mail_[index].take_all(domain_->slabs, [&](slab& head) { take_back(head, who); });
}

template <class Config>
void basic_local_heap<Config>::read_all_mail() noexcept {
  if constexpr (Config::thread_safe) {
    for (std::size_t index = 1; index < class_count; ++index) {
      if (!mail_[index].empty()) read_mail(index, reader::housekeeping);
    }
  }
}

// The blocks that others freed, without a look at them where none of the slab's
// own are free: then their list is the slab's. A slab that is empty now goes,
// unless the queue that is being refilled has nothing better.
template <class Config>
void basic_local_heap<Config>::take_back(slab& head, reader who) noexcept {
  using fate = remote_word::fate;
  const remote_word posted = take_posted(head);
  if (posted.state() == fate::leaving) return;  // comes again
  if (posted.state() != fate::in_use) {
    return take_back_gone(head, posted.state() == fate::gone_resident);
  }
  block* const first = posted.first(domain_->slabs.address_of(head));
  if (posted.count() > head.used) {
    base::report_double_free(first, class_size(head.size_class));
  }
  if (posted.count() == slab_capacity(head)) {
    note_complete(-static_cast<std::ptrdiff_t>(slab_bytes(head.size_class)));
  }
  head.used = static_cast<std::uint16_t>(head.used - posted.count());
  const bool wanted = who == reader::refill && !queues_[head.size_class].has_blocks();
  if (head.used == 0 && !wanted && !is_current(head)) return retire_slab(head);
  wake(head);
  const std::size_t own = head.extended - head.used - posted.count();
  head.free = joined(first, posted.count(), head.free, own);
  // It must not wait in the queue, where nobody would notice that it is empty.
  if (head.used == 0 && !is_current(head)) activate_next(queues_[head.size_class]);
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

// The slab looked full here, or was the active one. A thread that finds such slabs
// was not asleep for long enough.
template <class Config>
void basic_local_heap<Config>::take_back_gone(slab& head, bool resident) noexcept {
  queue_type& from = queues_[head.size_class];
  if (head.free != nullptr) base::report_double_free(head.free, class_size(head.size_class));
  if (&head == from.active) {
    from.active = nullptr;
    --from.slabs;
  } else {
    from.drop(domain_->slabs, head);
  }
  const std::size_t hasty = hasty_bytes_.load(std::memory_order_relaxed);
  if (hasty < hasty_bytes_max) {
    hasty_bytes_.store(hasty + slab_bytes(head.size_class), std::memory_order_relaxed);
  }
  close_fast_path(head);
  base::racy_store(head.used, std::uint16_t{0});
  if (!resident) {
    head.extended = 0;
    for (std::size_t i = 0; i < slab_granules(head.size_class); ++i) {
      set_resident_bytes(*(&head + i), 0);
    }
  }
  home_->give_slab(head);
}

// -- Other threads ---------------------------------------------------------------

// What is asked about the slab is asked before the post, behind which it may be
// another's. Between the post and the look at the token, the owner may end: then
// either it sees the blocks, or this thread sees that it ended.
template <class Config>
void basic_local_heap<Config>::accept(slab& head, const chain& blocks) noexcept {
  const class_index size_class = head.size_class;
  const std::size_t capacity = slab_capacity(head);
  const bool enough_waits = complete_bytes_.load(std::memory_order_relaxed) >= reclaim_floor();
  const posting done =
      post_blocks(head, domain_->slabs.address_of(head), blocks, enough_waits ? capacity : 0);
  if (done.before.state() != remote_word::fate::in_use) [[unlikely]]
    base::report_double_free(blocks.first, class_size(size_class));
  const bool leaving = done.after.state() == remote_word::fate::leaving;
  const bool mail = leaving ? reclaim_slab(*domain_, head) : !done.before.is_mailed();
  if (mail) mail_[size_class].push(domain_->slabs, head);
  if (!leaving && done.after.count() == capacity) {
    note_complete(static_cast<std::ptrdiff_t>(slab_bytes(size_class)));
  }
  if (token_.load(std::memory_order_seq_cst) == token_orphan) home_->tend_orphan(*this);
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
void basic_local_heap<Config>::adopt(std::uintptr_t adopter, block** thread_lists) noexcept {
  // An orphan that served threads without a local heap has blocks on its own lists.
  if (thread_lists != nullptr) attach_lists(thread_lists);
  token_.store(adopter, std::memory_order_seq_cst);
}

template <class Config>
void basic_local_heap<Config>::attach_lists(block** thread_lists) noexcept {
  for (std::size_t index = 1; index <= small_count; ++index) {
    thread_lists[index] = queues_[index].list;
    queues_[index].list = nullptr;
  }
  thread_lists_ = thread_lists;
}

template <class Config>
void basic_local_heap<Config>::detach_lists() noexcept {
  for (std::size_t index = 1; index <= small_count; ++index) {
    queues_[index].list = thread_lists_[index];
    thread_lists_[index] = nullptr;
  }
  thread_lists_ = nullptr;
}

template <class Config>
void basic_local_heap<Config>::orphan() noexcept {
  flush_lists();
  thread_lists_ = nullptr;
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
  read_all_mail();
  judge_suspects();
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
  for (mail<table>& each : mail_) each.take_all(domain_->slabs, [](slab&) {});
  complete_bytes_.store(0, std::memory_order_relaxed);
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
