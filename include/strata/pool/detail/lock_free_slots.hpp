// The memory of a lock_free_pool, and its slots by index. One block:
//
//   | pockets, 640 bytes each | links, 4 bytes a slot | slots |
//
// A free slot bears the pool's mark in its first word, so that a second release is
// noticed. Not for programs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <strata/base/detail/thread_index.hpp>
#include <strata/pool/detail/index_supply.hpp>
#include <strata/pool/detail/pool_memory.hpp>
#include <strata/pool/detail/slot_pocket.hpp>
#include <strata/pool/detail/uneven_fence.hpp>
#include <strata/pool/shared_pool_options.hpp>

namespace strata::detail {

// What all read lies apart from what changes.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
class lock_free_slots {
 public:
  using pocket = slot_pocket<std_atomics>;
  using stack = tagged_stack<std_atomics>;

  /// Throws: out_of_memory; invalid_pool_config without a capacity, or with one
  ///   that 32 bits do not hold.
  lock_free_slots(std::size_t stride, std::size_t alignment, const shared_pool_options& options);
  ~lock_free_slots();
  lock_free_slots(const lock_free_slots&) = delete;
  lock_free_slots& operator=(const lock_free_slots&) = delete;

  [[nodiscard]] slot_index take() noexcept {
    if (has_pocket()) [[likely]] {
      pocket& mine = pockets_[this_thread_index];
      const slot_index taken = mine.take(fence_);
      if (taken != no_slot) [[likely]] {
        mine.count(1);
        return taken;
      }
    }
    return take_slow();
  }

  void give(slot_index index) noexcept {
    if (has_pocket()) [[likely]] {
      pocket& mine = pockets_[this_thread_index];
      if (mine.put(index)) [[likely]] {
        return mine.count(-1);
      }
    }
    give_slow(index);
  }

  /// Returns: how many slots are taken; about, while threads go on.
  [[nodiscard]] std::size_t taken() const noexcept;

  /// Effects: calls `end(slot)` for each taken slot, and makes all free.
  /// Requires: no other thread is in a call.
  template <class End>
  void clear(End end) noexcept {
    take_census();
    for (slot_index index = 0; index < capacity_; ++index) {
      if (links_[index].load(std::memory_order_relaxed) != counted_slot) end(index);
    }
    fill();
  }

  [[nodiscard]] std::byte* slots() const noexcept { return slots_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::uintptr_t mark() const noexcept { return mark_; }
  [[nodiscard]] const pool_memory& memory() const noexcept { return memory_; }

 private:
  [[nodiscard, gnu::noinline]] slot_index take_slow() noexcept;
  [[gnu::noinline]] void give_slow(slot_index index) noexcept;
  [[nodiscard]] bool has_pocket() const noexcept { return this_thread_index < pocket_count_; }
  void count(std::int32_t change) noexcept;
  void take_census() noexcept;
  void fill() noexcept;

  pocket* pockets_ = nullptr;
  std::uint32_t pocket_count_;
  uneven_fence fence_;
  slot_index capacity_;
  std::uint32_t batch_;  // how many move at once
  std::int32_t room_;    // of a pocket
  std::uintptr_t mark_;
  std::byte* slots_ = nullptr;
  stack::link* links_ = nullptr;
  stack stack_;
  alignas(64) std::atomic<std::int64_t> live_{0};  // of threads without a pocket
  std::size_t bytes_;
  std::size_t alignment_;
  pool_memory memory_;
};

}  // namespace strata::detail
