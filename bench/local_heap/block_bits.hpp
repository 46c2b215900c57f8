// Free blocks as bits beside the slabs: one bit per block, set when free. A
// freed block's own memory is neither read nor written.
//
//   bits_of(slab)   word 0 [ block 63 ... block 0 ]  ...  word 63 [ block 4095 ... ]
#pragma once

#include <algorithm>

#include "base/bitmap.hpp"
#include "local_heap/slab_queue.hpp"

namespace strata::bench {

struct bit_store {
  static constexpr std::size_t words_per_slab = slab_bytes / granule / base::word_bits;

  struct alignas(64) slab_bits {
    base::word words[words_per_slab];
  };
  static inline constinit slab_bits table[slab_count_max] = {};

  [[nodiscard]] static base::word* bits_of(const void* block) noexcept {
    return table[records_in_table::index_of(block)].words;
  }

  // Words in which the slab has blocks so far.
  [[nodiscard]] static std::size_t words_in_use(const slab_record& slab) noexcept {
    return base::divide_up(slab.touched, base::word_bits);
  }

  [[nodiscard]] static bool has_free(const slab_record& slab) noexcept {
    return slab.awaited < slab.touched;
  }

  // Requires index < capacity. False: the block is free already.
  [[nodiscard]] static bool put(base::word* bits, std::size_t index) noexcept {
    base::word& target = bits[index / base::word_bits];
    const base::word bit = base::word{1} << (index % base::word_bits);
    if ((target & bit) != 0) [[unlikely]]
      return false;
    target |= bit;
    return true;
  }

  static void extend(slab_record& slab) noexcept {
    const std::size_t blocks = touched_after_extension(slab);
    base::bitmap_view bits(bits_of(first_block(slab)), words_per_slab * base::word_bits);
    if (slab.touched == 0) bits.clear(0, bits.size());  // the slab's former class left its own
    bits.set(slab.touched, blocks - slab.touched);
    slab.touched = static_cast<std::uint16_t>(blocks);
  }

  static void reset() noexcept { std::ranges::fill(table, slab_bits{}); }
};

}  // namespace strata::bench
