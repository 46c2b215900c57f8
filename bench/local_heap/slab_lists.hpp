// Design A: free blocks stay with their slab. The thread's list of a class is
// the whole free list of one slab, detached from it; frees go to the slab that
// the block belongs to.
//
//   allocate: pop the class's list             else refill: rotate, detach a slab's list
//   free:     owner check, key check, push     else countdown_ended: wake or retire
//             on the slab's list, --awaited
//
// Invariant: a slab whose list is detached counts every touched block as
// awaited, so its countdown cannot end while the thread still holds any of them.
#pragma once

#include "local_heap/block_list.hpp"

namespace strata::bench {

template <class Records = records_in_table>
class slab_lists {
 public:
  [[nodiscard]] static void* allocate(std::size_t size) noexcept {
    const std::size_t size_class = size_class_of(size);
    if (size_class < class_count) [[likely]] {
      if (free_block* block = local_.lists[size_class]) [[likely]] {
        local_.lists[size_class] = block->next;
        block->key = nullptr;
        return block;
      }
    }
    return allocate_slow(size_class);
  }

  static void deallocate(void* pointer) noexcept {
    slab_record& slab = Records::of(pointer);
    auto* const block = static_cast<free_block*>(pointer);
    if (scaled_index(slab, pointer) >= slab.bound) [[unlikely]]
      refuse();
    if (block->key == &slab) [[unlikely]]
      refuse();
    if (list_store::put(slab, block)) [[unlikely]] {
      local_.queues[slab.size_class].countdown_ended(slab);
    }
  }

  static void reset() noexcept { local_ = {}; }

 private:
  struct local_heap {
    free_block* lists[class_count] = {};
    slab_queue<list_store, Records> queues[class_count] = {};
  };

  [[gnu::cold, gnu::noinline]] static void* allocate_slow(std::size_t size_class) noexcept {
    if (size_class >= class_count) refuse();
    if (size_class == 0) return allocate(granule);
    slab_record& slab = local_.queues[size_class].advance(size_class);
    free_block* const block = slab.free;
    local_.lists[size_class] = block->next;
    slab.free = nullptr;
    slab.awaited = slab.touched;
    block->key = nullptr;
    return block;
  }

  static inline constinit thread_local local_heap local_ = {};
};

}  // namespace strata::bench
