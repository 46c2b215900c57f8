// What the local-heap prototypes share: 64 KiB slabs cut out of one mapped
// range, and a 64-byte record for each, found from any block of the slab.
//
//   range   | slab 0 (64 KiB) | slab 1 | slab 2 | ...
//   table   | record 0 (64 B) | 1      | 2      | ...   index (p >> 16), modulo the table
//
// The owner check is one multiplication and one comparison. With d = 2^k * odd
// the block size and n = p - slab start, n * (inv(odd) + 2^(64-k)) mod 2^64 is
//   (n / d) << k          when d divides n: the first term leaves (n / d) << k,
//                         the second is a multiple of 2^64;
//   at least count << k   otherwise, for every |n| < 2^51 and k <= 12.
// So one unsigned `< count << k` means "the start of a block of this slab". The
// record stores slab start + 8 * owner's thread token as `origin` and the check
// adds 8 * the caller's: tokens of two threads differ by at least 16 KiB, hence
// n of a stranger's call is at least 64 KiB off. A zeroed record owns nothing.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/align.hpp"
#include "base/list.hpp"
#include "base/types.hpp"

namespace strata::bench {

inline constexpr std::size_t slab_bytes = 64 * base::kib;
inline constexpr std::size_t extension_bytes = 4 * base::kib;
inline constexpr std::size_t slab_count_max = 16384;
inline constexpr std::size_t granule = 16;
inline constexpr std::size_t class_count = 256 / granule + 1;  // class 0 stands for size 0

struct free_block;

// full: no free block known to the queue    partial: waits in the queue
// active: the local heap takes blocks from it
enum class slab_state : std::uint8_t { unused, full, partial, active };

struct alignas(64) slab_record {
  std::uintptr_t origin;  // first block + 8 * owner's token
  std::uint64_t inverse;
  std::uint64_t bound;
  free_block* free;  // designs with lists: free blocks that no cache holds
  base::list_links<slab_record> links;
  std::uint32_t awaited;   // blocks to come back before the cold path must look again
  std::uint16_t touched;   // blocks made so far, counted from the slab's start
  std::uint16_t capacity;  // blocks
  std::uint16_t block_size;
  std::uint8_t size_class;
  std::uint8_t shift;  // k above
  slab_state state;
};
static_assert(sizeof(slab_record) == 64, "a record fills one cache line");

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse() noexcept { std::abort(); }

[[nodiscard]] inline std::size_t size_class_of(std::size_t size) noexcept {
  return (size + granule - 1) / granule;
}

// A number that no other live thread has; no memory is read but the thread's own.
[[nodiscard]] inline std::uintptr_t thread_token() noexcept {
  return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
}

// Where records lie: outside the slabs, or at each slab's start.
struct records_in_table {
  static constexpr std::size_t header_bytes = 0;
  alignas(64) static inline constinit slab_record table[slab_count_max] = {};

  [[nodiscard]] static std::size_t index_of(const void* block) noexcept {
    return (reinterpret_cast<std::uintptr_t>(block) >> 16) % slab_count_max;
  }
  [[nodiscard]] static slab_record& of(const void* block) noexcept {
    return table[index_of(block)];
  }
};

struct records_in_slabs {
  static constexpr std::size_t header_bytes = sizeof(slab_record);

  [[nodiscard]] static slab_record& of(const void* block) noexcept {
    const std::uintptr_t start = reinterpret_cast<std::uintptr_t>(block) & ~(slab_bytes - 1);
    return *reinterpret_cast<slab_record*>(start);
  }
};

// (index of the block) << shift when `block` is one of the calling thread's
// blocks in this slab, and not less than `bound` when it is anything else.
[[nodiscard]] inline std::uint64_t scaled_index(const slab_record& slab,
                                                const void* block) noexcept {
  return (reinterpret_cast<std::uintptr_t>(block) + 8 * thread_token() - slab.origin) *
         slab.inverse;
}

[[nodiscard]] inline std::byte* first_block(const slab_record& slab) noexcept {
  return reinterpret_cast<std::byte*>(slab.origin - 8 * thread_token());
}

// Inverse of an odd number modulo 2^64 by Newton's iteration: each step doubles
// the correct low bits, starting from three.
[[nodiscard]] constexpr std::uint64_t inverse_of_odd(std::uint64_t odd) noexcept {
  std::uint64_t inverse = odd;
  for (int step = 0; step < 5; ++step) inverse *= 2 - odd * inverse;
  return inverse;
}

inline void prepare(slab_record& slab, std::byte* first, std::size_t room,
                    std::size_t size_class) noexcept {
  const std::size_t size = size_class * granule;
  const auto shift = static_cast<unsigned>(std::countr_zero(size));
  slab = {};
  slab.origin = reinterpret_cast<std::uintptr_t>(first) + 8 * thread_token();
  slab.inverse = inverse_of_odd(size >> shift) + (std::uint64_t{1} << (64 - shift));
  slab.bound = room / size << shift;
  slab.capacity = static_cast<std::uint16_t>(room / size);
  slab.block_size = static_cast<std::uint16_t>(size);
  slab.size_class = static_cast<std::uint8_t>(size_class);
  slab.shift = static_cast<std::uint8_t>(shift);
}

}  // namespace strata::bench
