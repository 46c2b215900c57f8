// Blocks on their way from the thread that freed them to the thread that owns
// their slab, in batches and without locks.
//
//   outbox (freeing thread)         slab                       mail (owner)
//   slot 0: slab s, chain of n  --> s.remote: first, count --> s, t, ...
//   slot 1: slab t, chain of n  --> t.remote                   taken whole
//
// A slab's `remote` is one word: the list of its blocks that other threads
// freed, how many there are, and whether the slab is in its owner's mail. So a
// chain arrives by one compare-and-swap, the owner takes over a slab's blocks
// without a look at any of them, and everybody sees when all of a slab's blocks
// are there. The mail is Treiber's stack ("Systems Programming: Coping with
// Parallelism", IBM 1986) of slabs. Both are pushed by any thread and only ever
// emptied as a whole, so that no ABA problem arises. A list of free blocks per
// page that others push to is mimalloc's idea (Leijen, Zorn and de Moura,
// "Mimalloc: Free List Sharding in Action", 2019).
//
// A block in flight carries the key of a free block, so a second free of it, by
// any thread, is noticed as that of a block at rest is.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "heap/slab.hpp"

namespace strata::core {

struct chain {
  block* first = nullptr;
  block* last = nullptr;
  std::uint32_t count = 0;

  void push(block* freed) noexcept {
    freed->next = first;
    if (first == nullptr) last = freed;
    first = freed;
    ++count;
  }
};

// Two lists as one. Their blocks may be in no cache, so the shorter one is walked.
[[nodiscard]] inline block* joined(block* a, std::size_t a_count, block* b,
                                   std::size_t b_count) noexcept {
  if (a_count > b_count) {
    std::swap(a, b);
  }
  if (a == nullptr) return b;
  block* last = a;
  while (last->next != nullptr) last = last->next;
  last->next = b;
  return a;
}

// The value of a slab's `remote`.
//
//   bits  0..15   1 + where the first block lies in the slab, in units of 16 bytes
//   bits 16..28   how many blocks
//   bit  29       the slab is in its owner's mail, or about to be
//   bits 30..31   see below
class remote_word {
 public:
  // All blocks of a slab came back while its owner slept: see reclaim.hpp.
  enum class fate : std::uint32_t {
    in_use,
    leaving,        // a thread is giving the pages back
    gone,           // they went
    gone_resident,  // the OS refused to take them
  };

  constexpr explicit remote_word(std::uint32_t bits) noexcept : bits_(bits) {}
  constexpr remote_word(std::size_t offset, std::size_t count) noexcept
      : bits_(static_cast<std::uint32_t>((offset / block_alignment + 1) | count << count_shift)) {}
  constexpr explicit remote_word(fate now) noexcept
      : bits_(static_cast<std::uint32_t>(now) << fate_shift) {}

  [[nodiscard]] constexpr remote_word mailed() const noexcept {
    return remote_word(bits_ | mailed_bit);
  }
  [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }
  [[nodiscard]] constexpr bool is_mailed() const noexcept { return (bits_ & mailed_bit) != 0; }
  [[nodiscard]] constexpr fate state() const noexcept {
    return static_cast<fate>(bits_ >> fate_shift);
  }
  [[nodiscard]] constexpr std::size_t count() const noexcept {
    return bits_ >> count_shift & (max_count * 2 - 1);
  }
  // The list, in the slab that starts at `start`; nullptr when there is none.
  [[nodiscard]] block* first(std::byte* start) const noexcept {
    const std::size_t unit = bits_ & first_mask;
    return unit == 0 ? nullptr : reinterpret_cast<block*>(start + (unit - 1) * block_alignment);
  }

  static constexpr std::size_t max_count = std::size_t{1} << 12;
  static constexpr std::size_t max_offset = ((std::size_t{1} << 16) - 2) * block_alignment;

 private:
  static constexpr std::uint32_t first_mask = 0xFFFF;
  static constexpr unsigned count_shift = 16;
  static constexpr std::uint32_t mailed_bit = std::uint32_t{1} << 29;
  static constexpr unsigned fate_shift = 30;

  std::uint32_t bits_;
};

static_assert(blocks_per_slab(1) <= remote_word::max_count);
static_assert(medium_granules * granule_bytes <= remote_word::max_offset);

[[nodiscard]] inline std::atomic_ref<std::uint32_t> remote_of(slab& head) noexcept {
  return std::atomic_ref<std::uint32_t>(head.remote);
}

[[nodiscard]] inline remote_word remote_now(slab& head) noexcept {
  return remote_word(remote_of(head).load(std::memory_order_acquire));
}

// Puts the chain, all of it blocks of this slab, before what came earlier. With
// this the caller gives up the slab: it may be another's at once, unless the
// result says that the caller has to do something about it:
//
//   before is not mailed        put the slab into its owner's mail
//   after is leaving            the slab's memory is the caller's: see reclaim.hpp;
//                               when it has `leave_at` blocks, if that is not 0
//   before is not in use        nothing was put: these are second frees
struct posting {
  remote_word before;
  remote_word after;
};

[[nodiscard]] inline posting post_blocks(slab& head, std::byte* start, const chain& blocks,
                                         std::size_t leave_at) noexcept {
  auto word = remote_of(head);
  std::uint32_t bits = word.load(std::memory_order_relaxed);
  for (;;) {
    const remote_word before(bits);
    if (before.state() != remote_word::fate::in_use) return {before, before};
    blocks.last->next = before.first(start);
    const std::size_t count = before.count() + blocks.count;
    const remote_word leaving(remote_word::fate::leaving);
    const remote_word after = count != leave_at
                                  ? remote_word(base::distance(start, blocks.first), count).mailed()
                              : before.is_mailed() ? leaving.mailed()
                                                   : leaving;
    if (word.compare_exchange_weak(bits, after.bits(), std::memory_order_seq_cst,
                                   std::memory_order_relaxed)) {
      return {before, after};
    }
  }
}

// Slabs of one class that wait for their owner.
template <class Table>
class mail {
 public:
  void push(const Table& slabs, slab& head) noexcept {
    std::uint32_t top = top_.load(std::memory_order_relaxed);
    do {
      base::racy_store(head.next_mail, top);
    } while (!top_.compare_exchange_weak(top, link_to(slabs, head), std::memory_order_seq_cst,
                                         std::memory_order_relaxed));
  }

  [[nodiscard]] bool empty() const noexcept { return top_.load(std::memory_order_relaxed) == 0; }

  // For the owner: calls visit(slab&) for each slab, latest first. The visitor
  // may let the slab be mailed again.
  template <class Visitor>
  void take_all(const Table& slabs, Visitor visit) noexcept {
    std::uint32_t link = top_.exchange(0, std::memory_order_seq_cst);
    while (link != 0) {
      slab& head = slabs.at(link - 1);
      link = base::racy_load(head.next_mail);
      visit(head);
    }
  }

 private:
  [[nodiscard]] static std::uint32_t link_to(const Table& slabs, const slab& head) noexcept {
    return static_cast<std::uint32_t>(slabs.granule_of(head)) + 1;
  }

  std::atomic<std::uint32_t> top_{0};
};

// Pointers whose free looks like a second one, but that only the owner can tell
// for certain. It looks when it next refills a list.
template <class Mutex>
class suspect_box {
 public:
  // False when the box is full.
  bool add(void* pointer) noexcept {
    base::lock_guard guard(lock_);
    const std::size_t count = count_.load(std::memory_order_relaxed);
    if (count == capacity) return false;
    pointers_[count] = pointer;
    count_.store(count + 1, std::memory_order_relaxed);
    return true;
  }

  [[nodiscard]] bool empty() const noexcept { return count_.load(std::memory_order_relaxed) == 0; }

  void child_after_fork() noexcept { lock_.reset_after_fork(); }

  // nullptr when empty.
  [[nodiscard]] void* take() noexcept {
    base::lock_guard guard(lock_);
    const std::size_t count = count_.load(std::memory_order_relaxed);
    if (count == 0) return nullptr;
    count_.store(count - 1, std::memory_order_relaxed);
    return pointers_[count - 1];
  }

 private:
  static constexpr std::size_t capacity = 8;

  Mutex lock_;
  std::atomic<std::size_t> count_{0};
  std::array<void*, capacity> pointers_{};
};

namespace detail {

// How many blocks of a class travel together.
inline constexpr std::array<std::uint8_t, class_count> batches = [] {
  std::array<std::uint8_t, class_count> table{};
  for (std::size_t i = 1; i < class_count; ++i) {
    const std::size_t count = 4 * base::kib / class_size(i);
    table[i] = static_cast<std::uint8_t>(std::clamp<std::size_t>(count, 1, 64));
  }
  return table;
}();

}  // namespace detail

// What a thread freed of others' slabs and has not sent yet: little of each, and
// never more than a few KiB, because what waits here nobody can use.
class outbox {
 public:
  // `send(slab&, chain)` delivers.
  template <class Send>
  void add(slab& head, block* freed, Send send) noexcept {
    slot& target = slots_[slot_of(head)];
    if (target.head != &head) {
      dispatch(target, send);
      target.head = &head;
    }
    target.blocks.push(freed);
    if (target.blocks.count >= batch_of(head.size_class)) dispatch(target, send);
  }

  template <class Send>
  void send_all(Send send) noexcept {
    for (slot& target : slots_) dispatch(target, send);
  }

  [[nodiscard]] std::uint64_t batches_sent() const noexcept {
    return base::racy_load(batches_sent_);
  }
  [[nodiscard]] std::uint64_t blocks_sent() const noexcept { return base::racy_load(blocks_sent_); }

  [[nodiscard]] bool empty() const noexcept {
    for (const slot& target : slots_) {
      if (target.blocks.count != 0) return false;
    }
    return true;
  }

  [[nodiscard]] static constexpr std::uint32_t batch_of(std::size_t size_class) noexcept {
    return detail::batches[size_class];
  }

 private:
  static constexpr std::size_t slot_count = 32;

  struct slot {
    slab* head = nullptr;
    chain blocks;
  };

  [[nodiscard]] static std::size_t slot_of(const slab& head) noexcept {
    return reinterpret_cast<std::uintptr_t>(&head) / sizeof(slab) % slot_count;
  }

  template <class Send>
  void dispatch(slot& target, Send send) noexcept {
    if (target.blocks.count == 0) return;
    const chain blocks = target.blocks;
    ++batches_sent_;
    blocks_sent_ += blocks.count;
    target.blocks = {};
    send(*target.head, blocks);
  }

  std::array<slot, slot_count> slots_{};
  std::uint64_t batches_sent_ = 0;
  std::uint64_t blocks_sent_ = 0;
};

}  // namespace strata::core
