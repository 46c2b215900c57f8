// basic_stack_store: stacks come back, and pages go. Included by stack/store.hpp only.
#pragma once

#include <strata/base/detail/diagnosis.hpp>

#include "stack/store.hpp"

namespace strata::core {

// What the hot path did not expect. The stack is made idle whatever it was, or the
// program ends.
template <class Os>
void basic_stack_store<Os>::give(void* top) noexcept {
  check_given(top);
  detail::idle_stacks::rest(top);
  *idle_.end++ = top;
  if (idle_.end > idle_.ceiling) hold_to_budget();
}

template <class Os>
void basic_stack_store<Os>::check_given(void* top) const noexcept {
  const group* const from = group_of(top);
  if (from == nullptr || from->top(from->index_of(top)) != top) {
    detail::report_foreign_stack(name_, top);
  }
  const std::uintptr_t mark = detail::header_at(top).mark;
  if (mark == detail::idle_stacks::mark_idle) detail::report_double_put(name_, top);
  if (owner_of_mark(mark) != owner_of_mark(idle_.mark_expected())) {
    detail::report_foreign_stack(name_, top);
  }
  check_canary(*from, top);
}

template <class Os>
void basic_stack_store<Os>::check_canary(const group& from, void* top) const noexcept {
  if (layout_.canary_bytes == 0) return;
  const std::size_t index = from.index_of(top);
  if (canary_is_whole(from.low(index), layout_.canary_bytes)) return;
  detail::report_stack_canary(name_, name_of(top), from.low(index), layout_.usable_bytes(index));
}

// -- By budget ------------------------------------------------------------------

// What all idle stacks keep is estimated from a few, and looked at again only when
// there are twice as many.
template <class Os>
void basic_stack_store<Os>::hold_to_budget() noexcept {
  const std::size_t allowed = idle_bytes_ / mean_depth_of_idle();
  const std::size_t count = idle_.count();
  if (count > allowed) {
    const std::size_t left = allowed - std::min(allowed, std::max<std::size_t>(allowed / 4, 1));
    close_coldest(count - left);
  }
  set_ceiling(std::min(allowed, 2 * count));
}

template <class Os>
std::size_t basic_stack_store<Os>::mean_depth_of_idle() noexcept {
  constexpr std::size_t samples_max = 16;
  const std::size_t count = idle_.count();
  const std::size_t step = (count + samples_max - 1) / samples_max;
  std::size_t sum = 0;
  std::size_t samples = 0;
  for (std::size_t i = 0; i < count; i += step, ++samples) sum += depth(idle_.begin[i]);
  return std::max(sum / std::max<std::size_t>(samples, 1), Os::page_size());
}

// -- By time, and at once -------------------------------------------------------

template <class Os>
std::size_t basic_stack_store<Os>::tick() noexcept {
  const std::uint64_t now = Os::coarse_ns();
  if (now - last_tick_ns_ < idle_ns_) return 0;
  last_tick_ns_ = now;
  const std::size_t closed = close_coldest(static_cast<std::size_t>(idle_.floor - idle_.begin));
  shorten_idle();
  end_cold_groups();
  idle_.floor = idle_.end;
  return closed;
}

template <class Os>
std::size_t basic_stack_store<Os>::trim() noexcept {
  const std::size_t closed = close_coldest(idle_.count());
  end_cold_groups();
  return closed;
}

// The first `count` idle stacks, or as many as the system takes.
template <class Os>
std::size_t basic_stack_store<Os>::close_coldest(std::size_t count) noexcept {
  void** at = idle_.begin;
  void** const last = at + count;
  while (at != last && close(*at)) ++at;
  const auto closed = static_cast<std::size_t>(at - idle_.begin);
  std::copy(at, idle_.end, idle_.begin);
  idle_.end -= closed;
  idle_.floor -= std::min(closed, static_cast<std::size_t>(idle_.floor - idle_.begin));
  return closed;
}

template <class Os>
bool basic_stack_store<Os>::close(void* top) noexcept {
  group& from = *group_of(top);
  note_depth(residency_of(from, top).depth);
  if (!from.close(from.index_of(top))) return false;
  full_groups_ = 0;
  --warm_;
  ++returned_;
  account_.discharge(layout_.stack_bytes);
  return true;
}

template <class Os>
void basic_stack_store<Os>::shorten_idle() noexcept {
  for (void** at = idle_.begin; at != idle_.end; ++at) {
    group& from = *group_of(*at);
    const std::size_t depth = residency_of(from, *at).depth;
    note_depth(depth);
    if (depth > keep_bytes_) from.shorten(from.index_of(*at), keep_bytes_);
  }
}

// Live stacks cannot move, but new ones are opened in the lowest group with room, so
// that the others run out of them.
template <class Os>
void basic_stack_store<Os>::end_cold_groups() noexcept {
  const auto cold = [this](const watched_group& each) {
    if (each.stacks->warm() != 0) return false;
    stacks_ -= each.stacks->stacks();
    return true;
  };
  std::erase_if(groups_, cold);
  full_groups_ = 0;
}

}  // namespace strata::core
