// Start, threads that come and go, and fork.
#pragma once

#include "heap/process_cold.hpp"

namespace strata::core {

// -- Start ------------------------------------------------------------------------------

template <class Config>
bool basic_process<Config>::start(const hooks& chosen) noexcept {
  watch_forks(chosen);
  base::lock_guard guard(start_lock_);
  return started() || start_alone(chosen);
}

// May allocate, and so start, and holds no lock. Refused: fork is then as safe as the
// program makes it.
template <class Config>
void basic_process<Config>::watch_forks(const hooks& chosen) noexcept {
  if (watches_forks_.exchange(true, std::memory_order_relaxed)) return;
  static_cast<void>(os::on_fork(chosen.fork));
}

// Under the lock of the start.
template <class Config>
bool basic_process<Config>::start_alone(const hooks& chosen) noexcept {
  hooks_ = chosen;
  const base::settings settings = hooks_.open();
  if (!domain_.start(settings)) return false;
  account_type& root = domain_.accounts.root();
  // Accounts work before the start: a limit that the program set meanwhile stays.
  if (settings.limit != base::unlimited) root.set_limit(settings.limit);
  process_heap_.start(root, retention_of(settings.retain_min));
  started_.store(true, std::memory_order_release);
  return true;
}

template <class Config>
retention basic_process<Config>::retention_of(std::size_t floor) const noexcept {
  return {floor, domain_.settings.retain_percent,
          std::uint64_t{domain_.settings.purge_delay_ms} * 1'000'000};
}

// -- Threads ----------------------------------------------------------------------------

template <class Config>
auto basic_process<Config>::local_of(heap& which) noexcept -> local* {
  front& here = this_thread<Config>;
  if (here.current != nullptr && here.current->home() == &which) return here.current;
  if (&which == &process_heap_) {
    return here.process_local != nullptr ? here.process_local : bind(which);
  }
  local* recent = here.recent_of(which);
  if (recent != nullptr && recent->home() == &which && recent->token() == Config::token()) {
    return recent;
  }
  recent = which.find(Config::token());
  if (recent == nullptr) recent = bind(which);
  here.recent_of(which) = recent;
  return recent;
}

// A thread in its last destructors gets no local heap: nobody would call when
// it ends.
template <class Config>
auto basic_process<Config>::bind(heap& which) noexcept -> local* {
  front& here = this_thread<Config>;
  if (here.ended) return nullptr;
  const bool of_process = &which == &process_heap_;
  local* bound = which.bind(Config::token(), of_process ? here.lists : nullptr);
  if (bound == nullptr) return nullptr;
  if (of_process) {
    here.process_local = here.current = bound;
  } else {
    base::lock_guard guard(heaps_lock_);
    bury_dead_locals();
    here.locals.push_front(*bound);
  }
  if (os::on_thread_exit(hooks_.end_thread)) return bound;
  end_thread();  // nobody would call it later
  return nullptr;
}

// Local heaps of this thread whose heaps were destroyed by other threads.
template <class Config>
void basic_process<Config>::bury_dead_locals() noexcept {
  front& here = this_thread<Config>;
  for (local* at = here.locals.front(); at != nullptr;) {
    local* next = here.locals.next(*at);
    if (at->home() == nullptr) {
      here.locals.remove(*at);
      here.recent = {};
      domain_.metadata.recycle(at, sizeof(local));
    }
    at = next;
  }
}

template <class Config>
void basic_process<Config>::end_thread() noexcept {
  front& here = this_thread<Config>;
  here.ended = true;
  here.recent = {};
  abandon_scopes();
  if (local* ending = here.process_local) {
    process_heap_.unbind(*ending);
    here.process_local = here.current = nullptr;
  }
  base::lock_guard guard(heaps_lock_);
  bury_dead_locals();
  while (local* ending = here.locals.pop_front()) ending->home()->unbind(*ending);
}

// -- Fork --------------------------------------------------------------------------------
//
// Every lock is taken, in their order, so that the child finds all structures
// under locks whole. What other threads own without a lock may be half-way
// through a change: in the child these local heaps become ghosts.

template <class Config>
void basic_process<Config>::prepare_fork() noexcept {
  const bool patient = !Config::mutex::interrupted();
  start_lock_.prepare_fork(patient);
  heaps_lock_.prepare_fork(patient);
  const auto prepare = [patient](heap& each) {
    each.locals_lock().prepare_fork(patient);
    each.lock().prepare_fork(patient);
  };
  prepare(process_heap_);
  for (heap* at = heaps_.front(); at != nullptr; at = heap_list::next(*at)) prepare(*at);
  domain_.regions.lock().prepare_fork(patient);
  domain_.metadata.lock().prepare_fork(patient);
  domain_.accounts.prepare_fork(patient);
}

template <class Config>
void basic_process<Config>::parent_after_fork() noexcept {
  domain_.accounts.parent_after_fork();
  domain_.metadata.lock().parent_after_fork();
  domain_.regions.lock().parent_after_fork();
  const auto resume = [](heap& each) {
    each.lock().parent_after_fork();
    each.locals_lock().parent_after_fork();
  };
  for (heap* at = heaps_.front(); at != nullptr; at = heap_list::next(*at)) resume(*at);
  resume(process_heap_);
  heaps_lock_.parent_after_fork();
  start_lock_.parent_after_fork();
}

template <class Config>
void basic_process<Config>::child_after_fork() noexcept {
  domain_.accounts.child_after_fork();
  domain_.metadata.lock().child_after_fork();
  domain_.regions.lock().child_after_fork();
  const auto resume = [this](heap& each) {
    mark_ghosts(each);
    each.lock().child_after_fork();
    each.locals_lock().child_after_fork();
  };
  for (heap* at = heaps_.front(); at != nullptr; at = heap_list::next(*at)) resume(*at);
  resume(process_heap_);
  heaps_lock_.child_after_fork();
  start_lock_.child_after_fork();
}

// A new thread of the child may get a dead one's token, so the fast paths of
// the dead one's slabs are closed. They are found through the segments, which
// the lock kept whole.
template <class Config>
void basic_process<Config>::mark_ghosts(heap& of) noexcept {
  bool any = false;
  for (local* at = of.locals().front(); at != nullptr; at = heap::local_list::next(*at)) {
    any = at->haunt(Config::token()) || any;
  }
  if (!any) return;
  of.segments().for_each_slab([](slab& record) {
    if (record.owner->token() == token_ghost) close_fast_path(record);
  });
}

}  // namespace strata::core
