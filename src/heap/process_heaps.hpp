// First-class heaps: creation and destruction.
#pragma once

#include "heap/process_scopes.hpp"

namespace strata::core {

template <class Config>
auto basic_process<Config>::create_heap(std::string_view name, std::size_t limit,
                                        account_type* parent) noexcept -> heap* {
  account_type* charged = domain_.accounts.create(name, limit, parent);
  if (charged == nullptr) return nullptr;
  void* memory = domain_.metadata.allocate(sizeof(heap), alignof(heap));
  if (memory == nullptr) {
    domain_.accounts.release(charged);
    return nullptr;
  }
  heap* made = ::new (memory) heap(domain_);
  made->start(*charged, first_class_retention());
  base::lock_guard guard(heaps_lock_);
  heaps_.push_back(*made);
  return made;
}

template <class Config>
void basic_process<Config>::destroy_heap(heap& ending) noexcept {
  account_type* charged = &ending.account();
  ending.reset();
  ending.purge();
  {
    base::lock_guard guard(heaps_lock_);
    heaps_.remove(ending);
    take_apart(ending);
  }
  domain_.metadata.recycle(&ending, sizeof(heap));
  domain_.accounts.release(charged);
}

// A local heap that a thread still lists can only be taken off that list by
// that thread; it will notice that the home is gone.
template <class Config>
void basic_process<Config>::take_apart(heap& ending) noexcept {
  front& here = this_thread<Config>;
  ending.release_locals([&](local& member) {
    const std::uintptr_t token = member.token();
    member.bury();
    if (token == Config::token()) {
      here.locals.remove(member);
      here.recent = {};
    }
    if (token == Config::token() || token == token_orphan) {
      domain_.metadata.recycle(&member, sizeof(local));
    }
  });
}

}  // namespace strata::core
