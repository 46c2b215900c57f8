// How messages are counted, and how they return to their pool from any thread: onto a
// list that only grows, until the pool takes all of it at once. So no element is taken
// while another thread looks at it, which is what lock-free stacks have to fear.
//
//   any thread   give --> [returned] -> [block] -> [block]
//   the pool     take_all <--'
//
// The push is that of Treiber, "Systems programming: coping with parallelism" (1986).
// A thread's last access to the home is the exchange that hands its block over: a pool
// that has all its blocks back may end.
//
// Not for programs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/stack/detail/band_block.hpp>

namespace strata::detail {

class message_home {
 public:
  /// Effects: a block belongs to its first reference.
  void adopt(band_block& block) noexcept {
    block.home = this;
    block.references.store(1, std::memory_order_relaxed);
  }

  static void add(band_block& block) noexcept {
    const std::uint32_t before = block.references.fetch_add(1, std::memory_order_relaxed);
    if (before >= references_max) [[unlikely]]
      report_too_many_handles(&block.references);
  }

  /// Effects: ends a reference; the last one gives the block back.
  static void drop(band_block& block) noexcept {
    // The only one is nobody else's to copy: no need to count down.
    if (block.references.load(std::memory_order_acquire) != 1 &&
        block.references.fetch_sub(1, std::memory_order_acq_rel) != 1) {
      return;
    }
    give(block);
  }

  /// Effects: gives back a block to which nothing refers any more.
  static void give(band_block& block) noexcept {
    block.references.store(0, std::memory_order_relaxed);
    std::atomic<band_block*>& list = block.home->returned_;
    block.next = list.load(std::memory_order_relaxed);
    while (!list.compare_exchange_weak(block.next, &block, std::memory_order_release,
                                       std::memory_order_relaxed)) {
    }
  }

  /// Returns: all that was given back, newest first; nullptr for nothing.
  [[nodiscard]] band_block* take_all() noexcept {
    if (returned_.load(std::memory_order_relaxed) == nullptr) return nullptr;
    return returned_.exchange(nullptr, std::memory_order_acquire);
  }

 private:
  static constexpr std::uint32_t references_max = std::uint32_t{1} << 31;

  alignas(64) std::atomic<band_block*> returned_{nullptr};
};

}  // namespace strata::detail
