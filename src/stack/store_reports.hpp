// basic_stack_store: what is known of one stack, and of all. Included by
// stack/store.hpp only.
#pragma once

#include "stack/store.hpp"

namespace strata::core {

// -- One stack --------------------------------------------------------------------

template <class Os>
void basic_stack_store<Os>::set_name(void* top, std::string_view name) noexcept {
  write_name(top, name);
  detail::header_at(top).mark = idle_.mark_live ^ mark_of_name;
}

template <class Os>
std::string_view basic_stack_store<Os>::name_of(void* top) const noexcept {
  const bool named = ((detail::header_at(top).mark ^ idle_.mark_expected()) | mark_of_canary) ==
                     (mark_of_name | mark_of_canary);
  return named ? read_name(top) : std::string_view{};
}

template <class Os>
std::size_t basic_stack_store<Os>::depth(void* top) const noexcept {
  const group* const of = group_of(top);
  return of != nullptr ? residency_of(*of, top).depth : 0;
}

template <class Os>
os::residency basic_stack_store<Os>::residency_of(const group& of, const void* top) const noexcept {
  return os::residency_of(of.low(of.index_of(top)), layout_.stack_bytes);
}

// -- All --------------------------------------------------------------------------

template <class Os>
stack_pool_statistics basic_stack_store<Os>::statistics() const noexcept {
  std::size_t split_guards = 0;
  for (const watched_group& each : groups_) split_guards += each.stacks->split_guards();
  return {.name = name_,
          .active = active(),
          .idle = idle_.count(),
          .peak = peak_,
          .capacity = stacks_,
          .groups = groups_.size(),
          .mappings = groups_.size() + 2 * split_guards,
          .stack_bytes = layout_.stack_bytes,
          .held_bytes = warm_ * layout_.stack_bytes,
          .deepest = deepest_,
          .opened = opened_,
          .returned = returned_,
          .refused = refused_.load(std::memory_order_relaxed)};
}

template <class Os>
stack_pool_residency basic_stack_store<Os>::residency() const noexcept {
  stack_pool_residency found;
  for (const watched_group& each : groups_) {
    for (std::size_t i = 0; i < each.stacks->used(); ++i) {
      const os::residency one = os::residency_of(each.stacks->low(i), layout_.stack_bytes);
      found.active_bytes += one.bytes;
      found.deepest = std::max(found.deepest, one.depth);
    }
  }
  for (void** at = idle_.begin; at != idle_.end; ++at) {
    found.idle_bytes += residency_of(*group_of(*at), *at).bytes;
  }
  found.active_bytes -= found.idle_bytes;
  return found;
}

template <class Os>
bool basic_stack_store<Os>::invariant() const noexcept {
  std::size_t warm = 0;
  std::size_t stacks = 0;
  for (const watched_group& each : groups_) {
    warm += each.stacks->warm();
    stacks += each.stacks->stacks();
  }
  const auto rests = [this](void* top) {
    return group_of(top) != nullptr &&
           detail::header_at(top).mark == detail::idle_stacks::mark_idle;
  };
  return warm == warm_ && stacks == stacks_ && stacks <= idle_capacity_ && idle_.count() <= warm_ &&
         warm_ <= maximum_ && active() <= peak_ && idle_.begin <= idle_.floor &&
         idle_.floor <= idle_.end && std::all_of(idle_.begin, idle_.end, rests) &&
         (warm_ == 0 || warm_ - static_cast<std::size_t>(idle_.floor - idle_.begin) <= peak_);
}

}  // namespace strata::core
