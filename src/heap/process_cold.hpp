// The cold half of the process: slow allocation and free, reallocation.
// Threads, fork and first-class heaps are in process_threads.hpp and
// process_heaps.hpp.
#pragma once

#include <algorithm>
#include <cstring>

#include "heap/basic_heap_cold.hpp"
#include "heap/process.hpp"

namespace strata::core {

// -- Allocation ---------------------------------------------------------------------

// Every few dozen allocations come here, to refill a list.
template <class Config>
void* basic_process<Config>::allocate_slow(std::size_t size) noexcept {
  local* mine = this_thread<Config>.current;
  if (mine == nullptr || size - 1 >= medium_max) [[unlikely]] {
    return allocate_bytes(thread_heap(), size, block_alignment, false);
  }
  const std::size_t index = size <= small_max ? small_class_of(size) : medium_class_of(size);
  block*& list = mine->list(index);
  if (block* const found = list) {
    list = found->next;
    found->key = nullptr;
    return found;
  }
  const allocation made = mine->refill(index, size);
  if (made.memory == nullptr) [[unlikely]]
    return nullptr;
  if (!made.zero) made.memory->key = nullptr;
  return made.memory;
}

template <class Config>
void* basic_process<Config>::allocate_zeroed(std::size_t size) noexcept {
  return allocate_bytes(thread_heap(), size, block_alignment, true);
}

template <class Config>
void* basic_process<Config>::allocate_aligned(std::size_t size, std::size_t alignment) noexcept {
  return allocate_bytes(thread_heap(), size, alignment, false);
}

template <class Config>
void* basic_process<Config>::allocate_from(heap& from, std::size_t size,
                                           std::size_t alignment) noexcept {
  return allocate_bytes(from, size, alignment, false);
}

template <class Config>
void* basic_process<Config>::allocate_zeroed_from(heap& from, std::size_t size) noexcept {
  return allocate_bytes(from, size, block_alignment, true);
}

// A class whose block size is a multiple of the alignment serves aligned
// requests, because slabs start at granules.
template <class Config>
void* basic_process<Config>::allocate_bytes(heap& from, std::size_t size, std::size_t alignment,
                                            bool zeroed) noexcept {
  if (size > base::size_max || alignment > base::size_max / 2) [[unlikely]]
    return nullptr;
  if (!started() && !Config::start_process()) return nullptr;
  const std::size_t least = size == 0 ? 1 : size;
  const std::size_t rounded = base::align_up(least, alignment);
  if (rounded <= medium_max && alignment <= granule_bytes) [[likely]] {
    const allocation made = allocate_class(from, class_of(rounded), size);
    if (made.memory == nullptr) return nullptr;
    void* const block = made.cleared();
    if (zeroed && !made.zero) std::memset(block, 0, size);
    return block;
  }
  const auto made = from.allocate_large(least, alignment);
  if (zeroed && !made.zero && made.memory != nullptr) std::memset(made.memory, 0, size);
  return made.memory;
}

template <class Config>
auto basic_process<Config>::allocate_class(heap& from, std::size_t index, std::size_t size) noexcept
    -> allocation {
  if (local* mine = local_of(from)) [[likely]] {
    block*& list = mine->list(index);
    block* found = list;
    if (found == nullptr) return mine->refill(index, size);
    list = found->next;
    return {found, false};
  }
  allocation made;
  from.with_orphan([&](local& orphan) {
    block*& list = orphan.list(index);
    if (list == nullptr) {
      made = orphan.refill(index, size);
    } else {
      made.memory = list;
      list = list->next;
    }
  });
  return made;
}

// -- Free ----------------------------------------------------------------------------

// The slab, if `pointer` is a block of a medium slab that this thread owns and that
// is not full: what most frees of medium blocks are. Whatever else it is, nullptr.
//
// A live slab of the calling thread does not change meanwhile. Of another's record,
// what is read may be anything, but the owner's token, once it is seen to be another,
// decides. Multiples of classes beyond 8 KiB are told from other numbers only within
// the slab (slab.hpp), hence the test for that.
template <class Config>
slab* basic_process<Config>::own_medium_slab(const void* pointer) noexcept {
  slab& head = head_of(domain_.slabs.find(pointer));
  const slab_state state = base::racy_load(head.state);
  if (state < slab_state::active || state > slab_state::partial) return nullptr;
  const owner* holder = base::racy_load(head.owner);
  if (holder == nullptr || holder->token() != Config::token()) return nullptr;
  const std::byte* start = domain_.slabs.address_of(head);
  const bool found = !is_small(head.size_class) &&
                     base::distance(start, pointer) < slab_bytes(head.size_class) &&
                     is_block_start(head, start, pointer) && !is_gone(head);
  return found ? &head : nullptr;
}

// Requires a block of own_medium_slab(), which is no free one's.
template <class Config>
void basic_process<Config>::free_medium(slab& head, block* freed) noexcept {
  push_free(head, freed);
  if (--head.used == 0) [[unlikely]]
    owner_of(head).retire_slab(head);
}

template <class Config>
void basic_process<Config>::deallocate_slow(void* pointer) noexcept {
  if (slab* head = own_medium_slab(pointer)) [[likely]] {
    block* const freed = static_cast<block*>(pointer);
    if (freed->key != head) [[likely]]
      return free_medium(*head, freed);
  }
  free_other(pointer);
}

template <class Config>
void basic_process<Config>::free_other(void* pointer) noexcept {
  if (pointer == nullptr) return;
  free_block(find_block(domain_, pointer), pointer);
}

template <class Config>
void basic_process<Config>::deallocate_slow_sized(void* pointer, std::size_t size) noexcept {
  if (pointer == nullptr) return;
  slab& head = find_block(domain_, pointer);
  if (size > usable_bytes(head)) base::report_size_mismatch(pointer, size, usable_bytes(head));
  free_block(head, pointer);
}

template <class Config>
void basic_process<Config>::deallocate_slow_exact(void* pointer, std::size_t size) noexcept {
  if (slab* head = own_medium_slab(pointer)) [[likely]] {
    block* const freed = static_cast<block*>(pointer);
    if (freed->key != head && served_sizes.contain(head->size_class, size)) [[likely]]
      return free_medium(*head, freed);
  }
  if (pointer == nullptr) return;
  slab& head = find_block(domain_, pointer);
  const bool fits = is_large(head) ? base::align_up(size, os::page_size()) == head.large_bytes
                                   : serves(head.size_class, size);
  if (!fits) base::report_size_mismatch(pointer, size, usable_bytes(head));
  free_block(head, pointer);
}

template <class Config>
void basic_process<Config>::free_block(slab& head, void* pointer) noexcept {
  const owner* holder = base::racy_load(head.owner);
  if (holder == nullptr) base::report_free_of_unused(pointer);
  if (!holder->synchronized()) base::report_wrong_heap(pointer, "process");
  if (is_large(head)) return large_owner_of(head).free_large(head);
  local& owner = owner_of(head);
  block* freed = static_cast<block*>(pointer);
  if (owner.token() != Config::token()) return free_remote(owner, head, freed);
  if (freed->key == &head && owner.is_free(head, freed)) {
    base::report_double_free(pointer, class_size(head.size_class));
  }
  owner.free_own(head, freed);
}

// The key of a free block: free it is, or the program stored that very number.
template <class Config>
void basic_process<Config>::free_suspect(slab& record, block* freed) noexcept {
  local& owner = owner_of(record);
  if (owner.is_free(record, freed)) {
    base::report_double_free(freed, class_size(record.size_class));
  }
  owner.free_own(record, freed);
}

// Blocks of the process heap gather in this thread's outbox, which it gets if it
// never allocated. Those of other heaps, which may be destroyed any time, go at
// once.
template <class Config>
void basic_process<Config>::free_remote(local& owner, slab& record, block* freed) noexcept {
  if (freed->key == &record) return owner.accept_suspect(freed);
  freed->key = &record;
  if (owner.home() == &process_heap_) {
    local* mine = this_thread<Config>.process_local;
    if (mine == nullptr) [[unlikely]]
      mine = local_of(process_heap_);
    if (mine != nullptr) return mine->send(record, freed);
  }
  chain single;
  single.push(freed);
  owner.accept(record, single);
}

// -- Reallocation ---------------------------------------------------------------------

// A block of a heap that is used through this interface.
template <class Config>
slab& basic_process<Config>::find_shared_block(void* pointer) noexcept {
  slab& head = find_block(domain_, pointer);
  const owner* holder = base::racy_load(head.owner);
  if (holder == nullptr) base::report_free_of_unused(pointer);
  if (!holder->synchronized()) base::report_wrong_heap(pointer, "process");
  return head;
}

template <class Config>
void* basic_process<Config>::reallocate(void* pointer, std::size_t size) noexcept {
  slab& head = find_shared_block(pointer);
  if (size > base::size_max) return nullptr;
  if (!is_large(head) && size <= class_size(head.size_class)) {
    return_tail<os>(head, pointer, size);
    return pointer;
  }
  if (is_large(head) && large_owner_of(head).resize_large_in_place(head, size)) {
    return pointer;
  }
  return move_block(head, pointer, size);
}

template <class Config>
void* basic_process<Config>::move_block(slab& head, void* pointer, std::size_t size) noexcept {
  const bool large = is_large(head);
  heap& home = large ? large_owner_of(head) : *owner_of(head).home();
  const std::size_t before = usable_bytes(head);
  if (large && size > before) {
    if (void* moved = home.move_large(head, size)) return moved;
  }
  void* made = allocate_bytes(home, size, block_alignment, false);
  if (made == nullptr) return nullptr;
  std::memcpy(made, pointer, std::min(before, size));
  deallocate(pointer);
  return made;
}

template <class Config>
bool basic_process<Config>::try_expand(void* pointer, std::size_t size) noexcept {
  slab& head = find_shared_block(pointer);
  if (size <= usable_bytes(head)) return true;
  return is_large(head) && large_owner_of(head).resize_large_in_place(head, size);
}

template <class Config>
auto basic_process<Config>::heap_of(const void* pointer) noexcept -> heap* {
  if (!domain_.regions.window().contains(pointer)) return nullptr;
  slab& head = head_of(domain_.slabs.find(pointer));
  const owner* holder = base::racy_load(head.owner);
  if (holder == nullptr || !holder->synchronized()) return nullptr;
  return is_large(head) ? &large_owner_of(head) : owner_of(head).home();
}

// -- Giving back ------------------------------------------------------------------------

template <class Config>
void basic_process<Config>::flush_thread() noexcept {
  front& here = this_thread<Config>;
  const auto flush = [](local& mine) {
    mine.send_all();
    mine.flush_lists();
    mine.tend();
  };
  if (here.process_local != nullptr) flush(*here.process_local);
  // Another thread may be destroying one of these heaps.
  base::lock_guard guard(heaps_lock_);
  for (local* at = here.locals.front(); at != nullptr; at = here.locals.next(*at)) {
    if (at->home() == nullptr) continue;
    base::lock_guard locals_guard(at->home()->locals_lock());
    flush(*at);
  }
}

template <class Config>
std::size_t basic_process<Config>::purge() noexcept {
  if (!started()) return 0;
  flush_thread();
  std::size_t purged = 0;
  for_each_heap([&](heap& each) { purged += each.purge(); });
  return purged;
}

template <class Config>
std::size_t basic_process<Config>::purge_aged() noexcept {
  std::size_t purged = 0;
  for_each_heap([&](heap& each) { purged += each.purge_aged(); });
  return purged;
}

}  // namespace strata::core
