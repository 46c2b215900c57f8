// Tier 4: the slab, a run of equal-sized blocks, and its record.
//
// The record lies apart from the blocks, in a table indexed by granule, so an
// overflow of a block cannot reach it, and one table tells what lies at any
// address:
//
//   table    [ record ][ record ][ record ] ...        64 bytes each
//                 |
//   granule  [ block | block | block | ... | never handed out yet ]
//              free list threads          ^ extended
//              through free blocks
//
// One comparison on the way of every free answers four questions at once: does
// this thread own the slab, does the pointer lie in it, is it the start of a
// block, was that block ever handed out? With d = 2^k * odd the block size,
//
//   n       = pointer + 8 * token - origin       origin = start + 8 * owner's token
//   n * C   mod 2^64                             C = odd^-1 + (k ? 2^(64-k) : 0)
//   valid  <=>  n * C < bound                    bound = extended * 2^k
//
// If n = i * d then n * C = i * 2^k, which is below the bound exactly for the
// slab's own blocks. C is odd, so multiplication by it is a bijection on 64-bit
// numbers, and the other values below the bound belong to n at least 2^(64-k)
// away from them: with k <= 13 that is 2^51, farther than two user addresses
// plus eight times the distance of two tokens lie apart. Another owner's token
// differs by at least 16 KiB, so n leaves the slab. The division-free test for
// multiples is Granlund and Montgomery's ("Division by Invariant Integers using
// Multiplication", PLDI 1994, section 9).
//
// bound = 0 closes the fast path: for full slabs (the first free must put them
// back into their queue), for slabs whose owner ended, and for medium slabs and
// large blocks, whose granules are several.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "heap/owner.hpp"
#include "heap/size_classes.hpp"

namespace strata::core {

struct slab;

// A free block: the list it is on, and a key that a live block never holds
// (allocation clears it), by which a second free is noticed.
struct block {
  block* next;
  const void* key;
};

static_assert(sizeof(block) <= class_size(1), "a free block's links fit the smallest class");

// What lies at a granule.
enum class slab_state : std::uint8_t {
  none,       // nothing of ours, or free
  was_large,  // nothing; a large block started here last
  tail,       // of a medium slab; `head_distance` granules after its head
  active,     // its owner's queue allocates from it
  fresh,      // partly handed out for the first time, set aside
  partial,    // has free blocks, waits in its queue
  full,       // no free blocks; nobody looks at it until one is freed
  large,      // first granule of a large block
};

struct alignas(64) slab {
  // Read by every free, on any thread.
  std::uint64_t origin;
  std::uint64_t inverse;
  std::uint64_t bound;

  // The owner's alone (for a large block: its heap's, under the heap's lock).
  union {
    block* free;              // blocks that came back
    std::size_t large_bytes;  // usable bytes of a large block
  };
  std::uint16_t used;      // blocks that are not on `free` and were handed out once
  std::uint16_t extended;  // blocks handed out at least once, from the start on
  std::uint32_t next;      // granule links of the queue's lists
  std::uint32_t previous;
  std::uint32_t next_mail;  // granule link of the owner's mail

  core::owner* owner;      // local heap; of a large block, the heap
  std::uint32_t remote;    // what other threads freed: see remote.hpp
  class_index size_class;  // 0 for a large block
  slab_state state;
  std::uint8_t head_distance : 7;
  bool zero : 1;         // blocks beyond `extended` are known to be zeros
  std::uint8_t touched;  // 4 KiB units of this granule that may be resident without a slab
};

static_assert(sizeof(slab) == 64);
static_assert(blocks_per_slab(1) <= UINT16_MAX, "counts of blocks have 16 bits");

inline constexpr std::size_t touched_unit = 4 * base::kib;

// Constants of a class for the test above, computed at compile time.
struct division {
  std::uint64_t inverse;
  std::uint64_t unit;  // 2^k
};

[[nodiscard]] constexpr division division_by(std::uint64_t size) noexcept {
  const int shift = std::countr_zero(size);
  const std::uint64_t odd = size >> shift;
  // Newton's iteration doubles the number of correct low bits: 3, 6, 12 .. 96.
  std::uint64_t inverse = odd * 3 ^ 2;
  for (int bits = 5; bits < 64; bits *= 2) inverse *= 2 - odd * inverse;
  const std::uint64_t high = shift == 0 ? 0 : std::uint64_t{1} << (64 - shift);
  return {inverse + high, std::uint64_t{1} << shift};
}

namespace detail {

inline constexpr std::array<division, class_count> divisions = [] {
  std::array<division, class_count> table{};
  for (std::size_t i = 1; i < class_count; ++i) table[i] = division_by(class_size(i));
  return table;
}();

}  // namespace detail

[[nodiscard]] inline std::size_t slab_capacity(const slab& record) noexcept {
  return blocks_per_slab(record.size_class);
}

// The test, for the record that the pointer's granule leads to. Reads race with
// the owner's writes when the pointer is another thread's block; whatever they
// see then, `origin` belongs to another token and the answer is no.
[[nodiscard, gnu::always_inline]] inline bool is_own_block(const slab& record, const void* pointer,
                                                           std::uintptr_t token) noexcept {
  std::uint64_t n = reinterpret_cast<std::uintptr_t>(pointer) + 8 * token;
  base::forget_origin(n);  // one address computation, one subtraction from memory
  n -= base::racy_load(record.origin);
  return n * base::racy_load(record.inverse) < base::racy_load(record.bound);
}

// Opens the fast path of a small slab to the thread with `token`, for the blocks
// handed out so far: again after more are.
inline void open_fast_path(slab& record, std::uintptr_t start, std::uintptr_t token) noexcept {
  base::racy_store(record.origin, std::uint64_t{start + 8 * token});
  if (!is_small(record.size_class)) return;
  base::racy_store(record.bound, record.extended * detail::divisions[record.size_class].unit);
}

inline void close_fast_path(slab& record) noexcept {
  base::racy_store(record.bound, std::uint64_t{0});
}

// The owner comes last: whoever interrupts this thread here, as a fork from a signal
// handler can, finds a slab that is whole or one that nobody owns yet.
inline void format_slab(slab& record, class_index size_class, core::owner* owner,
                        bool zero) noexcept {
  base::racy_store(record.inverse, detail::divisions[size_class].inverse);
  record.free = nullptr;
  record.used = 0;
  record.extended = 0;
  base::racy_store(record.remote, std::uint32_t{0});
  record.size_class = size_class;
  record.zero = zero;
  std::atomic_signal_fence(std::memory_order_release);
  base::racy_store(record.owner, owner);
}

// Whether `pointer` is the start of a block that was handed out, of a slab of any
// owner that starts at `start`. The test above without the token.
[[nodiscard]] inline bool is_block_start(const slab& record, const std::byte* start,
                                         const void* pointer) noexcept {
  const std::uint64_t bound =
      base::racy_load(record.extended) * detail::divisions[record.size_class].unit;
  return base::distance(start, pointer) * base::racy_load(record.inverse) < bound;
}

// The whole free list; its blocks count as used from here on.
[[nodiscard]] inline block* take_free(slab& record) noexcept {
  block* blocks = record.free;
  record.free = nullptr;
  record.used = record.extended;
  return blocks;
}

[[gnu::always_inline]] inline void push_free(slab& record, block* freed) noexcept {
  freed->next = record.free;
  freed->key = &record;
  record.free = freed;
}

[[nodiscard]] inline bool is_exhausted(const slab& record) noexcept {
  return record.free == nullptr && record.extended == slab_capacity(record);
}

// Hands out the next `count` blocks for the first time, as a list in address
// order. Requires count <= capacity - extended, count > 0.
[[nodiscard]] inline block* extend(slab& record, std::byte* start, std::size_t count) noexcept {
  const std::size_t size = class_size(record.size_class);
  std::byte* first = start + record.extended * size;
  std::byte* last = first + (count - 1) * size;
  for (std::byte* at = first; at != last; at += size) {
    *reinterpret_cast<block*>(at) = {reinterpret_cast<block*>(at + size), &record};
  }
  *reinterpret_cast<block*>(last) = {nullptr, &record};
  record.extended = static_cast<std::uint16_t>(record.extended + count);
  record.used = static_cast<std::uint16_t>(record.used + count);
  return reinterpret_cast<block*>(first);
}

// The next block, for the first time, untouched. Requires `zero`, and extended < capacity.
[[nodiscard]] inline block* extend_untouched(slab& record, std::byte* start) noexcept {
  std::byte* const next = start + record.extended * class_size(record.size_class);
  ++record.extended;
  ++record.used;
  return reinterpret_cast<block*>(next);
}

[[nodiscard]] inline std::size_t resident_bytes(const slab& granule) noexcept {
  return granule.touched * touched_unit;
}

inline void set_resident_bytes(slab& granule, std::size_t bytes) noexcept {
  granule.touched = static_cast<std::uint8_t>(base::divide_up(bytes, touched_unit));
}

// Bytes from the slab's start that may be resident since before it was a slab.
[[nodiscard]] inline std::size_t resident_run(const slab& record) noexcept {
  std::size_t granules = 0;
  const std::size_t count = slab_granules(record.size_class);
  while (granules + 1 < count && resident_bytes(*(&record + granules)) == granule_bytes) ++granules;
  return granules * granule_bytes + resident_bytes(*(&record + granules));
}

// Bytes from the slab's start that were ever handed out.
[[nodiscard]] inline std::size_t touched_bytes(const slab& record) noexcept {
  return base::racy_load(record.extended) * class_size(record.size_class);
}

// The record agrees with itself: every block is used or on the free list, once.
[[nodiscard]] inline bool slab_invariant(const slab& record, const std::byte* start) noexcept {
  const std::size_t size = class_size(record.size_class);
  if (record.extended > slab_capacity(record) || record.used > record.extended) return false;
  std::size_t count = 0;
  for (const block* at = record.free; at != nullptr; at = at->next) {
    const std::size_t offset = base::distance(start, at);
    if (offset % size != 0 || offset / size >= record.extended) return false;
    if (++count > slab_capacity(record)) return false;
  }
  return count + record.used == record.extended;
}

}  // namespace strata::core
