// This copy's half of malloc_interface.hpp: the table, and heaps that have another
// copy's heap stand in for them.
#include "heap/malloc_interface.hpp"

#include "heap/heap.hpp"
#include "heap/process_heaps.hpp"

namespace strata::core {
namespace {

using process_heap_type = basic_heap<process_config>;

process_heap_type& open(heap& handle) noexcept {
  return reinterpret_cast<process_heap_type&>(handle);
}

heap* create_charged_heap(const char* name, std::size_t length, const charge_hook& hook) noexcept {
  heap* const made = create_heap({.name = {name, length}});
  if (made != nullptr) open(*made).charge_also(hook);
  return made;
}

bool enter(heap& into, malloc_redirection& scope) noexcept {
  return the_process.enter_scope(open(into), scope);
}

void leave(const malloc_redirection& scope) noexcept { the_process.leave_scope(scope); }

constexpr malloc_interface own{
    .version = malloc_interface::version_now,
    .snapshot_bytes = sizeof(snapshot),
    .core = &the_process,
    .process_heap = process_heap,
    .heap_of = heap_of,
    .create_heap = create_charged_heap,
    .destroy_heap = destroy_heap,
    .reset_heap = reset_heap,
    .purge_heap = purge_heap,
    .walk_heap = walk_heap,
    .verify_heap = verify_heap,
    .heap_snapshot = heap_snapshot,
    .enter_scope = enter,
    .leave_scope = leave,
};

charge_hook hook_to(account& charged) noexcept {
  return {.context = &charged,
          .charge =
              [](void* context, std::size_t bytes, bool quiet) noexcept {
                auto& to = *static_cast<account*>(context);
                return quiet ? to.charge_quietly(bytes) : to.charge(bytes);
              },
          .discharge =
              [](void* context, std::size_t bytes) noexcept {
                static_cast<account*>(context)->discharge(bytes);
              }};
}

}  // namespace

const malloc_interface& own_malloc_interface() noexcept { return own; }

heap* heap_in_malloc(heap& which, const malloc_interface& malloc) noexcept {
  if (malloc.core == own.core) return &which;
  if (&which == &process_heap()) return &malloc.process_heap();
  stand_in& other = open(which).other_half();
  heap* existing = other.made.load(std::memory_order_acquire);
  if (existing != nullptr) return existing;
  account& charged = heap_account(which);
  heap* const made =
      malloc.create_heap(charged.name().data(), charged.name().size(), hook_to(charged));
  if (made == nullptr) return nullptr;
  other.malloc.store(&malloc, std::memory_order_relaxed);
  if (other.made.compare_exchange_strong(existing, made, std::memory_order_acq_rel)) return made;
  malloc.destroy_heap(made);  // another thread was faster
  return existing;
}

}  // namespace strata::core
