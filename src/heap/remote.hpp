// Blocks on their way from the thread that freed them to the thread that owns
// their slab, in batches and without locks.
//
//   outbox (freeing thread)            inbox (owner)
//   bucket 0: owner A, chain of n  --one exchange-->  stack of chains
//   bucket 1: owner B, chain of n                        |
//   ...                                                  v taken whole
//
// The inbox is Treiber's stack ("Systems Programming: Coping with Parallelism",
// IBM 1986), pushed by any thread and only ever emptied as a whole by the
// owner, so that no ABA problem arises.
//
// A block in flight carries the key of a free block, so a second free of it, by
// any thread, is noticed as that of a block at rest is.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

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

class inbox {
 public:
  void post(const chain& blocks) noexcept {
    block* head = stack_.load(std::memory_order_relaxed);
    do {
      blocks.last->next = head;
    } while (!stack_.compare_exchange_weak(head, blocks.first, std::memory_order_seq_cst,
                                           std::memory_order_relaxed));
  }

  [[nodiscard]] bool empty() const noexcept {
    return stack_.load(std::memory_order_relaxed) == nullptr;
  }

  // For the owner. What a reclaiming thread has in its hands is not found.
  [[nodiscard]] bool contains(const void* candidate) const noexcept {
    for (const block* at = stack_.load(std::memory_order_acquire); at != nullptr; at = at->next) {
      if (at == candidate) return true;
    }
    return false;
  }

  // Everything posted so far, for the owner.
  [[nodiscard]] block* take_all() noexcept {
    return stack_.exchange(nullptr, std::memory_order_seq_cst);
  }

 private:
  std::atomic<block*> stack_{nullptr};
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

// `Local` is the owner's type; it has accept(chain).
template <class Local>
class outbox {
 public:
  void add(Local& owner, block* freed) noexcept {
    bucket& target = buckets_[bucket_of(owner)];
    if (target.owner != &owner) {
      send(target);
      target.owner = &owner;
    }
    target.blocks.push(freed);
    if (target.blocks.count == batch) send(target);
  }

  void send_all() noexcept {
    for (bucket& target : buckets_) send(target);
  }

  [[nodiscard]] std::uint64_t batches_sent() const noexcept {
    return base::racy_load(batches_sent_);
  }
  [[nodiscard]] std::uint64_t blocks_sent() const noexcept { return base::racy_load(blocks_sent_); }

  [[nodiscard]] bool empty() const noexcept {
    for (const bucket& target : buckets_) {
      if (target.blocks.count != 0) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t bucket_count = 8;
  static constexpr std::uint32_t batch = 64;

  struct bucket {
    Local* owner = nullptr;
    chain blocks;
  };

  [[nodiscard]] static std::size_t bucket_of(const Local& owner) noexcept {
    return (reinterpret_cast<std::uintptr_t>(&owner) / alignof(Local) * 0x9E3779B97F4A7C15) >> 61;
  }

  void send(bucket& target) noexcept {
    if (target.blocks.count == 0) return;
    const chain blocks = target.blocks;
    ++batches_sent_;
    blocks_sent_ += blocks.count;
    target.blocks = {};
    target.owner->accept(blocks);
  }

  std::array<bucket, bucket_count> buckets_{};
  std::uint64_t batches_sent_ = 0;
  std::uint64_t blocks_sent_ = 0;
};

}  // namespace strata::core
