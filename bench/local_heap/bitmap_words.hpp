// Design D: free blocks are bits beside their slab; the thread walks the words
// of one slab per class and takes the lowest set bit of the current word.
//
//   allocate: ctz of the current word,         else refill: next word that is not zero
//             clear the bit, ++taken
//   free:     owner check, test and set the    else countdown_ended: wake or retire
//             block's bit, --awaited
//
// The word is used in place, not copied, so that a set bit always means "free"
// and every double free is seen. The price: allocations are counted in `taken`
// and reach the slab only when the word is left; until then the active slab's
// countdown carries `bias`, so that it cannot end.
#pragma once

#include "local_heap/block_bits.hpp"

namespace strata::bench {

inline constinit base::word no_bits = 0;

struct cursor {
  base::word* word = &no_bits;
  std::byte* first = nullptr;  // the block of the word's bit 0
  std::uint32_t taken = 0;
  std::uint32_t words_left = 0;
  slab_record* slab = nullptr;
};

struct bitmap_words_heap {
  cursor cursors[class_count] = {};
  slab_queue<bit_store, records_in_table> queues[class_count] = {};
};

class bitmap_words {
 public:
  [[nodiscard]] static void* allocate(std::size_t size) noexcept {
    const std::size_t size_class = size_class_of(size);
    if (size_class < class_count) [[likely]] {
      cursor& at = local_.cursors[size_class];
      if (const base::word bits = *at.word) [[likely]] {
        *at.word = bits & (bits - 1);
        ++at.taken;
        const auto bit = static_cast<std::size_t>(std::countr_zero(bits));
        return at.first + bit * (size_class * granule);
      }
    }
    return allocate_slow(size_class);
  }

  static void deallocate(void* pointer) noexcept {
    slab_record& slab = records_in_table::of(pointer);
    const std::uint64_t scaled = scaled_index(slab, pointer);
    if (scaled >= slab.bound) [[unlikely]]
      refuse();
    if (!bit_store::put(bit_store::bits_of(pointer), scaled >> slab.shift)) [[unlikely]]
      refuse();
    if (--slab.awaited == 0) [[unlikely]] {
      local_.queues[slab.size_class].countdown_ended(slab);
    }
  }

  static void reset() noexcept {
    bit_store::reset();
    local_ = bitmap_words_heap{};
  }

 private:
  static constexpr std::uint32_t bias = 1u << 20;

  [[gnu::cold, gnu::noinline]] static void* allocate_slow(std::size_t size_class) noexcept {
    if (size_class >= class_count) refuse();
    if (size_class == 0) return allocate(granule);
    cursor& at = local_.cursors[size_class];
    if (at.slab != nullptr) {
      at.slab->awaited += at.taken;
      at.taken = 0;
    }
    if (!step(at)) {
      if (at.slab != nullptr) at.slab->awaited -= bias;
      enter(at, local_.queues[size_class].advance(size_class));
    }
    return allocate(size_class * granule);
  }

  // To the next word of the same slab that has free blocks.
  static bool step(cursor& at) noexcept {
    while (at.words_left != 0) {
      --at.words_left;
      ++at.word;
      at.first += base::word_bits * at.slab->block_size;
      if (*at.word != 0) return true;
    }
    return false;
  }

  static void enter(cursor& at, slab_record& slab) noexcept {
    slab.awaited += bias;
    at.slab = &slab;
    at.first = first_block(slab);
    at.word = bit_store::bits_of(at.first);
    at.words_left = static_cast<std::uint32_t>(bit_store::words_in_use(slab)) - 1;
    if (*at.word == 0 && !step(at)) refuse();
  }

  static inline constinit thread_local bitmap_words_heap local_ = {};
};

}  // namespace strata::bench
