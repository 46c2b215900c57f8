// Design C: one array of pointers per class for the thread, used as a stack.
// Slabs keep bits, so a free block is not touched anywhere.
//
//   allocate: load the top pointer, --top       else refill: a batch from one slab's bits
//   free:     owner check, ++top, store         else flush: the older half, bit by bit
//
// The end of each array is aligned, and below its bottom lies a null pointer:
// full and empty are seen without a limit or a count to load.
//
//   arrays[c]  | unused | nullptr | oldest ... newest | room |  2 KiB boundary
//                         bottom              top
//
// Invariant: blocks in the arrays count as awaited, and their bits are clear.
// Hence a double free shows only if the block was flushed in between: the price
// of not touching it.
#pragma once

#include "local_heap/block_bits.hpp"
#include "local_heap/cache_limits.hpp"

namespace strata::bench {

inline constinit void* no_blocks = nullptr;

struct array_cache_heap {
  static constexpr std::size_t array_bytes = cached_blocks_max * sizeof(void*);

  constexpr array_cache_heap() noexcept {
    for (void**& top : tops) top = &no_blocks;
  }

  void** tops[class_count];
  alignas(array_bytes) void* arrays[class_count][cached_blocks_max] = {};
  slab_queue<bit_store, records_in_table> queues[class_count] = {};
};

class array_cache {
 public:
  [[nodiscard]] static void* allocate(std::size_t size) noexcept {
    const std::size_t size_class = size_class_of(size);
    if (size_class < class_count) [[likely]] {
      void** const top = local_.tops[size_class];
      if (void* block = *top) [[likely]] {
        local_.tops[size_class] = top - 1;
        return block;
      }
    }
    return allocate_slow(size_class);
  }

  static void deallocate(void* pointer) noexcept {
    const slab_record& slab = records_in_table::of(pointer);
    if (scaled_index(slab, pointer) >= slab.bound) [[unlikely]]
      refuse();
    const std::size_t size_class = slab.size_class;
    void** const top = local_.tops[size_class] + 1;
    if (base::is_aligned(top, array_cache_heap::array_bytes)) [[unlikely]] {
      return deallocate_slow(pointer, size_class);
    }
    *top = pointer;
    local_.tops[size_class] = top;
  }

  static void reset() noexcept {
    bit_store::reset();
    local_ = array_cache_heap{};
  }

 private:
  [[nodiscard]] static void** bottom_of(std::size_t size_class) noexcept {
    return local_.arrays[size_class] + cached_blocks_max - cache_limit(size_class);
  }

  // Fills the array so that lower addresses are served first.
  [[gnu::cold, gnu::noinline]] static void* allocate_slow(std::size_t size_class) noexcept {
    if (size_class >= class_count) refuse();
    if (size_class == 0) return allocate(granule);
    slab_record& slab = local_.queues[size_class].current(size_class);
    std::byte* const first = first_block(slab);
    base::word* const bits = bit_store::bits_of(first);
    void** top = bottom_of(size_class);
    void** const enough = top + cache_limit(size_class) / 2;
    const std::size_t words = bit_store::words_in_use(slab);
    for (std::size_t w = 0; w < words && top != enough; ++w) {
      for (; bits[w] != 0 && top != enough; bits[w] &= bits[w] - 1) {
        const auto bit = static_cast<std::size_t>(std::countr_zero(bits[w]));
        *++top = first + (w * base::word_bits + bit) * slab.block_size;
      }
    }
    slab.awaited += static_cast<std::uint32_t>(top - bottom_of(size_class));
    std::reverse(bottom_of(size_class) + 1, top + 1);
    local_.tops[size_class] = top - 1;
    return *top;
  }

  // Flushes the older half, then pushes `pointer`.
  [[gnu::cold, gnu::noinline]] static void deallocate_slow(void* pointer,
                                                           std::size_t size_class) noexcept {
    void** const oldest = bottom_of(size_class) + 1;
    void** const kept = oldest + cache_limit(size_class) / 2;
    for (void** block = oldest; block != kept; ++block) flush(*block);
    void** const end = std::copy(kept, local_.tops[size_class] + 1, oldest);
    *end = pointer;
    local_.tops[size_class] = end;
  }

  static void flush(void* block) noexcept {
    slab_record& slab = records_in_table::of(block);
    const std::uint64_t index = scaled_index(slab, block) >> slab.shift;
    if (!bit_store::put(bit_store::bits_of(block), index)) refuse();
    if (--slab.awaited == 0) local_.queues[slab.size_class].countdown_ended(slab);
  }

  static inline constinit thread_local array_cache_heap local_ = {};
};

}  // namespace strata::bench
