// Which of a fixed number of slots are free, for any number of threads, lock-free:
// what lock_free_pool is made of.
//
//   take -- own pocket -- the stack, some for the pocket too -- steal -- none
//   give -- own pocket -- the stack, some from the pocket too
//
// The stack is Treiber's (IBM RJ 5118, 1986) over indices, its head a word of index
// and tag. The tag counts every change (the remedy for ABA that IBM's System/370
// Principles of Operation describes, and Michael analyses in PODC 2002): who read
// the head, was delayed, and finds the same index on top again finds another tag.
// It is wrong if exactly a multiple of 2^32 changes fit into that delay.
//
//   head   | tag 32 | index 32 | --> next[index] --> next[next[index]] --> none
//
// Links lie beside the slots, not in them: a delayed thread may read the link of a
// slot that holds an object by now. What it reads is of no use, and no data race.
// So it may even walk along several, and take them all with one exchange.
//
// Not for programs.
#pragma once

#include <cstddef>
#include <cstdint>

#include <strata/pool/detail/slot_index.hpp>
#include <strata/pool/detail/slot_pocket.hpp>

namespace strata::detail {

/// Slots that one thread holds, linked in order.
struct slot_chain {
  slot_index first = no_slot;
  slot_index last = no_slot;
  std::uint32_t count = 0;
};

// -- The stack --------------------------------------------------------------------

template <class Atomics>
// The head has a line of its own.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
class tagged_stack {
  template <class Value>
  using atomic = typename Atomics::template atomic<Value>;

 public:
  using link = atomic<slot_index>;

  /// Effects: holds all of `count` slots, the first on top. `links` has as many.
  /// Requires: no thread is in a call.
  void fill(link* links, slot_index count) noexcept {
    links_ = links;
    for (slot_index index = 0; index < count; ++index) {
      links[index].store(index + 1 < count ? index + 1 : no_slot, std::memory_order_relaxed);
    }
    head_.store(count == 0 ? no_slot : 0, std::memory_order_release);
  }

  /// Returns: the topmost slots, `most` or fewer; none when there are none.
  [[nodiscard]] slot_chain pop(std::uint32_t most) noexcept {
    // Acquire: what was done to the slots before their pushes happens before what
    // the caller does, also where a pop uncovered them, because every change of the
    // head is a read-modify-write and continues the push's release sequence.
    std::uint64_t seen = head_.load(std::memory_order_acquire);
    for (;;) {
      slot_chain taken{index_in(seen), index_in(seen), 1};
      if (taken.first == no_slot) return {};
      // Relaxed: written before the pushes that the acquire saw, or else by later
      // owners of the slots; then the tag has changed and the exchange fails.
      slot_index below = links_[taken.last].load(std::memory_order_relaxed);
      for (; taken.count < most && below != no_slot; ++taken.count) {
        taken.last = below;
        below = links_[below].load(std::memory_order_relaxed);
      }
      // Acquire on failure for the reason above: the loop uses what it read. On
      // success it orders nothing that the load did not; it publishes nothing.
      if (head_.compare_exchange_weak(seen, changed(seen, below), std::memory_order_acquire,
                                      std::memory_order_acquire)) {
        return taken;
      }
    }
  }

  /// Requires: the chain has slots.
  void push(const slot_chain& given) noexcept {
    // Relaxed: the word is compared by the exchange, nothing is read through it.
    std::uint64_t seen = head_.load(std::memory_order_relaxed);
    do {
      // Relaxed: the exchange below publishes it.
      links_[given.last].store(index_in(seen), std::memory_order_relaxed);
      // Release: the links, and all that was done to the slots, come before.
    } while (!head_.compare_exchange_weak(seen, changed(seen, given.first),
                                          std::memory_order_release, std::memory_order_relaxed));
  }

  // -- Chains in the hands of the caller; relaxed, because push publishes them ----

  [[nodiscard]] slot_index after(slot_index index) const noexcept {
    return links_[index].load(std::memory_order_relaxed);
  }
  void append(slot_chain& chain, slot_index index) noexcept {
    if (chain.count != 0) links_[chain.last].store(index, std::memory_order_relaxed);
    chain = {chain.count == 0 ? index : chain.first, index, chain.count + 1};
  }

  /// Effects: calls `visit(index)` for each slot; the link may change in the call.
  /// Requires: no thread is in a call.
  template <class Visit>
  void each(Visit visit) const noexcept {
    for (slot_index index = index_in(head_.load(std::memory_order_relaxed)); index != no_slot;) {
      const slot_index below = links_[index].load(std::memory_order_relaxed);
      visit(index);
      index = below;
    }
  }

 private:
  static constexpr int tag_shift = 32;

  static slot_index index_in(std::uint64_t head) noexcept { return static_cast<slot_index>(head); }

  static std::uint64_t changed(std::uint64_t head, slot_index index) noexcept {
    return ((head >> tag_shift) + Atomics::tag_step) << tag_shift | index;
  }

  link* links_ = nullptr;
  alignas(64) atomic<std::uint64_t> head_{no_slot};
};

// -- Both -----------------------------------------------------------------------------
//
// What moves between the stack and a pocket is with neither for some instructions.

/// Returns: the topmost slot, none when there is none; up to `most` - 1 more go to
/// the calling thread's pocket.
template <class Stack, class Pocket>
[[nodiscard]] slot_index take_some(Stack& stack, Pocket& mine, std::uint32_t most) noexcept {
  const slot_chain taken = stack.pop(most);
  slot_index next = taken.count > 1 ? stack.after(taken.first) : no_slot;
  for (std::uint32_t left = taken.count; left > 1; --left) {
    const slot_index moved = next;
    next = stack.after(moved);  // before others may have it
    if (!mine.put(moved)) stack.push({moved, moved, 1});
  }
  return taken.first;
}

/// Effects: pushes the slot, and up to `most` - 1 of the calling thread's pocket.
template <class Stack, class Pocket, class Fence>
void give_some(Stack& stack, Pocket& mine, slot_index index, std::uint32_t most,
               const Fence& fence) noexcept {
  slot_chain given;
  while (index != no_slot) {
    stack.append(given, index);
    index = given.count < most ? mine.take(fence) : no_slot;
  }
  stack.push(given);
}

/// Returns: a slot of any pocket, or else of the stack; none when none was found.
/// After a look at the stack that found nothing, a slot is found wherever it lies,
/// unless it moves meanwhile from where is still looked for to where was looked.
template <class Stack, class Pocket, class Fence>
[[nodiscard]] slot_index take_anywhere(Stack& stack, Pocket* pockets, std::size_t count,
                                       const Fence& fence) noexcept {
  slot_index taken = no_slot;
  for (std::size_t victim = 0; victim < count && taken == no_slot; ++victim) {
    taken = pockets[victim].steal(fence);
  }
  return taken != no_slot ? taken : stack.pop(1).first;  // what came meanwhile
}
}  // namespace strata::detail
