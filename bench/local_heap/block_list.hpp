// Free blocks linked through their own first word. The second word holds the
// slab's record as a mark of "free": a free that finds it there is a second
// free. A program that stores that address itself is no false alarm in a real
// heap, where the cold path would walk the list before it accuses anybody.
#pragma once

#include "local_heap/slab_queue.hpp"

namespace strata::bench {

struct free_block {
  free_block* next;
  const slab_record* key;

  // Two stores, kept apart: g++ 12 would join them in a vector register, and the
  // link's way through it takes design B's pair from 2.7 to 4.3 ns.
  void mark_free(free_block* after, const slab_record& slab) noexcept {
    key = &slab;
    asm("" : "+m"(key));
    next = after;
  }
};

// How slabs keep free blocks in the designs with lists.
struct list_store {
  [[nodiscard]] static bool has_free(const slab_record& slab) noexcept {
    return slab.free != nullptr;
  }

  // Puts a block back; true when the slab's countdown ended.
  [[nodiscard]] static bool put(slab_record& slab, free_block* block) noexcept {
    block->mark_free(slab.free, slab);
    slab.free = block;
    return --slab.awaited == 0;
  }

  // Links the blocks of a further 4 KiB in address order.
  static void extend(slab_record& slab) noexcept {
    const std::size_t blocks = touched_after_extension(slab);
    std::byte* const first = first_block(slab);
    free_block** link = &slab.free;
    while (*link != nullptr) link = &(*link)->next;
    for (std::size_t i = slab.touched; i < blocks; ++i) {
      auto* block = reinterpret_cast<free_block*>(first + i * slab.block_size);
      block->mark_free(nullptr, slab);
      *link = block;
      link = &block->next;
    }
    slab.touched = static_cast<std::uint16_t>(blocks);
  }
};

}  // namespace strata::bench
