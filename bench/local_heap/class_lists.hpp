// Design B: one LIFO list per class for the thread. A free pushes there
// whatever slab the block is from; past a watermark the older half goes back to
// the slabs.
//
//   allocate: pop the class's list, --count    else refill: a batch from one slab
//   free:     owner check, key check, push     else flush: half the list, block by block
//             on the class's list, ++count
//
// Invariant: blocks in the thread's lists count as awaited by their slabs.
#pragma once

#include "local_heap/block_list.hpp"
#include "local_heap/cache_limits.hpp"

namespace strata::bench {

// Two arrays, not one of pairs: an index scales by 8 in one address.
struct class_lists_heap {
  free_block* lists[class_count] = {};
  std::ptrdiff_t rooms[class_count] = {};  // blocks until a flush
  slab_queue<list_store, records_in_table> queues[class_count] = {};
};

class class_lists {
 public:
  [[nodiscard]] static void* allocate(std::size_t size) noexcept {
    const std::size_t size_class = size_class_of(size);
    if (size_class < class_count) [[likely]] {
      if (free_block* block = local_.lists[size_class]) [[likely]] {
        local_.lists[size_class] = block->next;
        ++local_.rooms[size_class];
        block->key = nullptr;
        return block;
      }
    }
    return allocate_slow(size_class);
  }

  static void deallocate(void* pointer) noexcept {
    slab_record& slab = records_in_table::of(pointer);
    auto* const block = static_cast<free_block*>(pointer);
    if (scaled_index(slab, pointer) >= slab.bound) [[unlikely]]
      refuse();
    if (block->key == &slab) [[unlikely]]
      refuse();
    const std::size_t size_class = slab.size_class;
    block->mark_free(local_.lists[size_class], slab);
    local_.lists[size_class] = block;
    if (--local_.rooms[size_class] < 0) [[unlikely]]
      flush(size_class);
  }

  static void reset() noexcept { local_ = {}; }

 private:
  [[gnu::cold, gnu::noinline]] static void* allocate_slow(std::size_t size_class) noexcept {
    if (size_class >= class_count) refuse();
    if (size_class == 0) return allocate(granule);
    slab_record& slab = local_.queues[size_class].current(size_class);
    const std::size_t limit = cache_limit(size_class);
    std::size_t taken = 1;
    free_block* last = slab.free;
    for (; taken < limit / 2 && last->next != nullptr; ++taken) last = last->next;
    free_block* const block = slab.free;
    slab.free = last->next;
    slab.awaited += static_cast<std::uint32_t>(taken);
    last->next = nullptr;
    local_.lists[size_class] = block->next;
    local_.rooms[size_class] = static_cast<std::ptrdiff_t>(limit - taken + 1);
    block->key = nullptr;
    return block;
  }

  [[gnu::cold, gnu::noinline]] static void flush(std::size_t size_class) noexcept {
    const std::size_t kept = cache_limit(size_class) / 2;
    free_block* last_kept = local_.lists[size_class];
    for (std::size_t i = 1; i < kept; ++i) last_kept = last_kept->next;
    free_block* block = last_kept->next;
    last_kept->next = nullptr;
    local_.rooms[size_class] = static_cast<std::ptrdiff_t>(cache_limit(size_class) - kept);
    while (block != nullptr) {
      free_block* const next = block->next;
      slab_record& slab = records_in_table::of(block);
      if (list_store::put(slab, block)) local_.queues[size_class].countdown_ended(slab);
      block = next;
    }
  }

  static inline constinit thread_local class_lists_heap local_ = {};
};

}  // namespace strata::bench
