// basic_stack_store: where stacks come from. Included by stack/store.hpp only.
#pragma once

#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/error.hpp>

#include <chrono>
#include <new>

#include "stack/store.hpp"

namespace strata::core {

template <class Os>
basic_stack_store<Os>::basic_stack_store(const stack_pool_options& options,
                                         detail::idle_stacks& idle)
    : idle_(idle),
      layout_(options, Os::page_size()),
      account_({.name = options.name.empty() ? "stacks" : options.name,
                .limit = options.limit,
                .parent = options.parent}),
      name_(account_.name()),
      maximum_(options.maximum),
      idle_bytes_(options.idle_bytes),
      keep_bytes_(
          base::align_up(std::min(options.keep_bytes, layout_.stack_bytes), Os::page_size())),
      idle_ns_(nanoseconds(options.idle_time)),
      last_tick_ns_(Os::coarse_ns()) {
  idle_.mark_live = idle_.mark_expected() ^ (options.canary ? mark_of_canary : 0);
}

template <class Os>
basic_stack_store<Os>::~basic_stack_store() {
  if (active() != 0) detail::report_stacks_in_use(name_, active());
  for (; warm_ != 0; --warm_) account_.discharge(layout_.stack_bytes);
}

template <class Os>
std::uint64_t basic_stack_store<Os>::nanoseconds(std::chrono::milliseconds time) noexcept {
  constexpr std::uint64_t most = UINT64_MAX / 1'000'000;
  const auto count =
      static_cast<std::uint64_t>(std::max(time, std::chrono::milliseconds::zero()).count());
  return std::min(count, most) * 1'000'000;
}

template <class Os>
void basic_stack_store<Os>::prepare(std::size_t stacks) {
  while (idle_.count() < stacks) {
    void* const top = charge() ? open_warm() : nullptr;
    if (top == nullptr) throw out_of_memory(name_, layout_.stack_bytes);
    detail::idle_stacks::rest(top);
    *idle_.end++ = top;
  }
  idle_.floor = idle_.end;  // nobody needed them yet
}

// Where the floor stands next: as low as the peak allows, but not so low that a tick
// would take many stacks for needed that were not.
template <class Os>
void* basic_stack_store<Os>::take_idle() noexcept {
  constexpr std::size_t steps_max = 64;
  if (idle_.count() == 0) return nullptr;
  peak_ = std::max(peak_, active() + 1);
  const std::size_t steps = std::min(steps_max, peak_ - active());
  idle_.floor = idle_.end - std::min(steps, idle_.count());
  return idle_.pop();
}

// -- A stack without pages ------------------------------------------------------

template <class Os>
bool basic_stack_store<Os>::charge() noexcept {
  const bool admitted = account_.charge(layout_.stack_bytes);
  if (!admitted) refused_.fetch_add(1, std::memory_order_relaxed);
  return admitted;
}

template <class Os>
void* basic_stack_store<Os>::open() noexcept {
  if (idle_.count() != 0) {  // given back since nobody looked
    account_.discharge(layout_.stack_bytes);
    return take_idle();
  }
  void* const top = open_warm();
  if (top == nullptr) return nullptr;
  peak_ = std::max(peak_, active());
  idle_.wake(top);
  return top;
}

template <class Os>
void* basic_stack_store<Os>::open_warm() noexcept {
  void* const top = warm_ < maximum_ ? open_in_group() : nullptr;
  if (top == nullptr) {
    account_.discharge(layout_.stack_bytes);
    refused_.fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }
  ++warm_;
  ++opened_;
  return top;
}

template <class Os>
void* basic_stack_store<Os>::open_in_group() noexcept {
  group* from = group_with_room();
  if (from == nullptr && add_group()) from = group_with_room();
  return from != nullptr ? from->open() : nullptr;
}

// -- Groups ---------------------------------------------------------------------

// The lowest: so the others may become cold as a whole, and end.
template <class Os>
auto basic_stack_store<Os>::group_with_room() noexcept -> group* {
  for (; full_groups_ < groups_.size(); ++full_groups_) {
    if (group* const each = groups_[full_groups_].stacks.get(); each->has_room()) return each;
  }
  return nullptr;
}

// Where the address space is tight, a smaller group may still find a place.
template <class Os>
bool basic_stack_store<Os>::add_group() noexcept {
  std::size_t stacks = std::min(layout_.group_stacks, maximum_ - stacks_);
  std::unique_ptr<group> made;
  for (; stacks != 0 && made == nullptr; stacks /= 2) made = group::make(layout_, stacks);
  if (made == nullptr) return false;
  try {
    keep_group(std::move(made));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

template <class Os>
void basic_stack_store<Os>::keep_group(std::unique_ptr<group> made) {
  std::unique_ptr<watch> watched;
  if (layout_.guard_bytes != 0) {
    watched = std::make_unique<watch>(*made, idle_.mark_expected(), name_.c_str());
  }
  reserve_idle(stacks_ + made->stacks());
  const auto place = std::ranges::upper_bound(
      groups_, made->begin(), {}, [](const watched_group& each) { return each.stacks->begin(); });
  const std::size_t stacks = made->stacks();
  groups_.insert(place, watched_group{std::move(made), std::move(watched)});
  stacks_ += stacks;
  full_groups_ = 0;
}

template <class Os>
void basic_stack_store<Os>::reserve_idle(std::size_t stacks) {
  if (stacks <= idle_capacity_) return;
  const std::size_t capacity = std::max(stacks, 2 * idle_capacity_);
  std::unique_ptr<void*[]> array(new void*[capacity]);
  std::copy(idle_.begin, idle_.end, array.get());
  const std::size_t ceiling = idle_array_ == nullptr
                                  ? idle_bytes_ / layout_.stack_bytes
                                  : static_cast<std::size_t>(idle_.ceiling - idle_.begin);
  idle_.floor = array.get() + (idle_.floor - idle_.begin);
  idle_.end = array.get() + idle_.count();
  idle_.begin = array.get();
  idle_array_ = std::move(array);
  idle_capacity_ = capacity;
  set_ceiling(ceiling);
}

template <class Os>
void basic_stack_store<Os>::set_ceiling(std::size_t stacks) noexcept {
  idle_.ceiling = idle_.begin + std::min(stacks, idle_capacity_);
}

template <class Os>
auto basic_stack_store<Os>::group_of(const void* top) const noexcept -> group* {
  const auto* const at = static_cast<const std::byte*>(top);
  auto above = std::ranges::upper_bound(
      groups_, at, {},
      [](const watched_group& each) -> const std::byte* { return each.stacks->begin(); });
  if (above == groups_.begin()) return nullptr;
  group* const below = std::prev(above)->stacks.get();
  return at < below->end() ? below : nullptr;
}

}  // namespace strata::core
