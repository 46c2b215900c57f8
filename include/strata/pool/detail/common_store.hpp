// The slots of a pool that no thread holds, and the chunks they lie in. Knows no
// threads: the pool's locks stand around every call.
//
//   chunk, aligned to its size, a power of two, so that masking leads to it
//   +-------+------+--------+-----------+------+------+-----+------+----------+
//   | owner | next | carved | free_bits | slot | slot | ... | slot | not yet  |
//   +-------+------+--------+-----------+------+------+-----+------+----------+
//                                       first         first + carved * stride
//
// A free slot is in one of three places: whole batches, moved in one step; loose
// ones, from caches that ended early; slots never used, carved from chunks in
// order. Every free slot but the last kind bears the pool's mark. Which slots are
// live is not recorded while the pool runs; a census finds out, from the free ones.
//
// Not for programs.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <strata/pool/detail/pool_memory.hpp>
#include <strata/pool/detail/thread_caches.hpp>

namespace strata::detail {

/// How slots lie in chunks.
struct slot_layout {
  std::size_t stride;       ///< a multiple of the alignment, at least a free_slot
  std::size_t chunk_bytes;  ///< of all but a last, smaller one; a power of two
  std::size_t first;        ///< where the first slot begins
  std::size_t per_chunk;
  std::size_t maximum;  ///< slots in all chunks
  std::uint32_t batch;  ///< slots that move at once; 0: no caches
};

/// Returns: the distance of slots that hold `bytes` bytes.
[[nodiscard]] constexpr std::size_t stride_for(std::size_t bytes, std::size_t alignment) noexcept {
  const std::size_t aligned = std::max(alignment, alignof(free_slot));
  return (std::max(bytes, sizeof(free_slot)) + aligned - 1) & ~(aligned - 1);
}

/// Returns: the size and alignment of chunks of such slots: 64 KiB, or as many as
///   some eight large slots need.
[[nodiscard]] constexpr std::size_t chunk_bytes_for(std::size_t bytes,
                                                    std::size_t alignment) noexcept {
  return std::max(std::size_t{64} << 10, std::bit_ceil(stride_for(bytes, alignment) * 9));
}

/// Returns: the layout for slots that hold `bytes` bytes.
/// Requires: `alignment` is a power of two.
/// Throws: out_of_memory when no address space could hold a chunk.
[[nodiscard]] slot_layout layout_slots(std::size_t bytes, std::size_t alignment,
                                       std::size_t maximum);

struct slot_chunk {
  void* owner;
  slot_chunk* next;
  std::size_t slots;
  std::atomic<std::size_t> carved;  ///< grows under the lock, read by everybody

  [[nodiscard]] std::uint64_t* free_bits() noexcept {
    return reinterpret_cast<std::uint64_t*>(this + 1);
  }
};

/// Free slots, the last of which points to none.
struct slot_list {
  free_slot* head = nullptr;
  std::uint32_t count = 0;
};

/// Returns: what was given as the owner of the store that the slot is from.
[[nodiscard]] inline void* chunk_owner(const void* slot, std::size_t chunk_bytes) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(slot);
  return reinterpret_cast<const slot_chunk*>(at & ~(chunk_bytes - 1))->owner;
}

// What releases read lies apart from what a lock guards.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
class common_store {
 public:
  /// What a growth adds, before the pool's lists are locked for it.
  struct growth {
    slot_chunk* chunk = nullptr;
    free_slot** batches = nullptr;  ///< nullptr: those that are there suffice
    std::size_t room = 0;
  };

  common_store(void* owner, const slot_layout& layout, const pool_memory_options& memory);
  ~common_store();
  common_store(const common_store&) = delete;
  common_store& operator=(const common_store&) = delete;

  /// Returns: at most `most` free slots, a whole batch where there is one; none
  ///   when the store must grow. `most` is a batch, or 1.
  [[nodiscard]] slot_list take(std::uint32_t most) noexcept;
  /// Complexity: constant for a batch; else linear in `slots`.
  void give(slot_list slots) noexcept;

  /// Returns: a chunk and the room to keep its batches; no chunk when the maximum
  ///   is reached or memory is refused. Touches no list: only growths exclude it.
  [[nodiscard]] growth prepare() noexcept;
  /// Effects: adds it, and leaves in it what it replaces, for dispose.
  void adopt(growth& added) noexcept;
  /// Effects: gives the room for batches back. Touches no list.
  void dispose(const growth& replaced) noexcept;

  /// Returns: whether a slot that was in use before begins here. Any thread.
  [[nodiscard]] bool has_slot(const void* address) const noexcept {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    const std::uintptr_t lowest = lowest_.load(std::memory_order_acquire);  // before the span
    if (at - lowest >= span_.load(std::memory_order_relaxed)) return false;
    const auto* const chunk = reinterpret_cast<const slot_chunk*>(at & chunk_mask_);
    if (chunk->owner != owner_) return false;
    const std::size_t distance = (at & ~chunk_mask_) - layout_.first;
    return std::rotr(distance, stride_shift_) * stride_inverse_ <
           chunk->carved.load(std::memory_order_relaxed);
  }

  /// Effects: finds out which slots live, for each_live.
  /// Requires: every free slot is here.
  void take_census() noexcept;
  template <class Visit>
  void each_live(Visit visit) noexcept;

  /// Effects: forgets all slots, live or free, and keeps the chunks.
  void reset() noexcept;

  /// Returns: whether a slot in any chunk covers the address.
  [[nodiscard]] bool covers(const void* address) const noexcept;

  [[nodiscard]] std::uintptr_t mark() const noexcept { return mark_; }
  [[nodiscard]] const slot_layout& layout() const noexcept { return layout_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::size_t carved() const noexcept { return carved_; }
  [[nodiscard]] std::size_t chunks() const noexcept { return chunks_; }
  [[nodiscard]] std::size_t free_slots() const noexcept {
    return batch_count_ * layout_.batch + loose_.count;
  }
  [[nodiscard]] pool_memory& memory() noexcept { return memory_; }
  [[nodiscard]] const pool_memory& memory() const noexcept { return memory_; }

 private:
  void count_free(const free_slot* head) const noexcept;
  [[nodiscard]] slot_list take_loose(std::uint32_t most) noexcept;
  [[nodiscard]] slot_list carve(std::uint32_t most) noexcept;
  void show_range(const slot_chunk* chunk) noexcept;

  [[nodiscard]] std::size_t bytes_of(std::size_t slots) const noexcept {
    return slots == layout_.per_chunk ? layout_.chunk_bytes
                                      : layout_.first + slots * layout_.stride;
  }
  [[nodiscard]] std::byte* slots_of(slot_chunk* chunk) const noexcept {
    return reinterpret_cast<std::byte*>(chunk) + layout_.first;
  }

  // Read by every release, written when the pool grows.
  void* owner_;
  std::uintptr_t mark_;
  std::uintptr_t chunk_mask_;
  std::size_t stride_inverse_;  // exact division: Granlund and Montgomery 1994, section 9
  int stride_shift_;
  slot_layout layout_;
  std::atomic<std::uintptr_t> lowest_{0};
  std::atomic<std::uintptr_t> span_{0};

  // Under the pool's lock.
  alignas(64) free_slot** batches_ = nullptr;
  std::size_t batch_count_ = 0;
  std::size_t batch_room_ = 0;
  slot_list loose_;
  slot_chunk* first_chunk_ = nullptr;
  slot_chunk* last_chunk_ = nullptr;
  slot_chunk* carving_ = nullptr;
  std::size_t chunks_ = 0;
  std::size_t capacity_ = 0;
  std::size_t carved_ = 0;
  pool_memory memory_;
};

template <class Visit>
void common_store::each_live(Visit visit) noexcept {
  for (slot_chunk* chunk = first_chunk_; chunk != nullptr; chunk = chunk->next) {
    const std::size_t carved = chunk->carved.load(std::memory_order_relaxed);
    for (std::size_t slot = 0; slot < carved; ++slot) {
      if ((chunk->free_bits()[slot / 64] >> slot % 64 & 1) == 0) {
        visit(static_cast<void*>(slots_of(chunk) + slot * layout_.stride));
      }
    }
  }
}

}  // namespace strata::detail
