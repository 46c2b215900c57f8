// Which of a fixed number of slots are free, for any number of threads, lock-free:
// what lock_free_pool is made of.
//
//   take(pocket) -- own pocket -- the stack -- other threads' pockets -- none
//   give(pocket) -- own pocket -- the stack
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
//
// A pocket belongs to one thread, which alone puts slots into it; everybody may
// take them. So putting is a plain store, and a pair of take and give costs one
// locked instruction, where the stack costs two on a word that all threads change.
// A pocket's entry needs no tag: whoever finds slot i there finds a free slot i.
//
// `Atomics` is where the atomic objects come from, so that a test can run every
// interleaving of their operations.
//
// Not for programs.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace strata::detail {

struct std_atomics {
  static constexpr std::uint64_t tag_step = 1;  ///< a test takes 0, to see ABA happen
  template <class Value>
  using atomic = std::atomic<Value>;
};

using slot_index = std::uint32_t;
inline constexpr slot_index no_slot = UINT32_MAX;
inline constexpr slot_index counted_slot = UINT32_MAX - 1;  // during a census
inline constexpr std::size_t slots_at_most = UINT32_MAX - 2;

// -- The stack --------------------------------------------------------------------

// Padded: the head has a line of its own.
template <class Atomics>
class tagged_stack {  // NOLINT(clang-analyzer-optin.performance.Padding)
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

  [[nodiscard]] slot_index pop() noexcept {
    // Acquire: what was done to the slot before its push happens before what the
    // caller does, also where a pop uncovered it, because every change of the head
    // is a read-modify-write and continues the push's release sequence.
    std::uint64_t seen = head_.load(std::memory_order_acquire);
    for (;;) {
      const slot_index top = index_in(seen);
      if (top == no_slot) return no_slot;
      // Relaxed: written before the push that the acquire saw, or else by a later
      // owner of the slot; then the tag has changed and the exchange fails.
      const slot_index below = links_[top].load(std::memory_order_relaxed);
      // Acquire on failure for the reason above: the loop uses what it read. On
      // success it orders nothing that the load did not; it publishes nothing.
      if (head_.compare_exchange_weak(seen, changed(seen, below), std::memory_order_acquire,
                                      std::memory_order_acquire)) {
        return top;
      }
    }
  }

  void push(slot_index index) noexcept {
    // Relaxed: the word is compared by the exchange, nothing is read through it.
    std::uint64_t seen = head_.load(std::memory_order_relaxed);
    do {
      // Relaxed: the exchange below publishes it.
      links_[index].store(index_in(seen), std::memory_order_relaxed);
      // Release: the link, and all that was done to the slot, come before.
    } while (!head_.compare_exchange_weak(seen, changed(seen, index), std::memory_order_release,
                                          std::memory_order_relaxed));
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

// -- Pockets ------------------------------------------------------------------------

/// Free slots close to one thread, and within reach of all. A stack of its owner, with
/// holes where others took something.
template <class Atomics, std::size_t Entries = 126>
class alignas(128) slot_pocket {
  template <class Value>
  using atomic = typename Atomics::template atomic<Value>;

 public:
  static constexpr std::size_t entries_max = Entries;

  /// Returns: a slot that was put here and that nobody took; else none. Owner.
  [[nodiscard]] slot_index take() noexcept {
    // Relaxed: only the owner uses the top. A thread that owns the pocket after
    // another sees its last value by way of the thread index that they share.
    std::uint32_t top = top_.load(std::memory_order_relaxed);
    slot_index taken = no_slot;
    while (top != 0 && taken == no_slot) taken = take_at(--top);
    top_.store(top, std::memory_order_relaxed);
    return taken;
  }

  /// Returns: whether there was room. Owner.
  [[nodiscard]] bool put(slot_index index) noexcept {
    const std::uint32_t top = top_.load(std::memory_order_relaxed);
    if (top == entries_max) return false;
    // Release: what was done to the slot happens before what its taker does. No
    // exchange: others only ever empty entries, and this one is empty, because the
    // owner emptied it, or found it empty, when the top came down here.
    entries_[top].store(index, std::memory_order_release);
    top_.store(top + 1, std::memory_order_relaxed);
    return true;
  }

  /// Returns: a slot that was put here and that nobody took; else none. Any thread.
  [[nodiscard]] slot_index steal() noexcept {
    // Relaxed: a hint. A top that is not seen yet belongs to a put that is not over yet.
    slot_index taken = no_slot;
    for (std::size_t entry = 0; taken == no_slot && entry < top_.load(std::memory_order_relaxed);
         ++entry) {
      taken = take_at(entry);
    }
    return taken;
  }

  /// Effects: counts what the owner took, less what it gave. Owner.
  void count(std::int32_t change) noexcept {
    live_.store(live_.load(std::memory_order_relaxed) + change, std::memory_order_relaxed);
  }
  [[nodiscard]] std::int32_t counted() const noexcept {
    return live_.load(std::memory_order_relaxed);
  }

  /// Requires: no thread is in a call.
  template <class Visit>
  void each(Visit visit) const noexcept {
    for (const auto& entry : entries_) {
      const slot_index index = entry.load(std::memory_order_relaxed);
      if (index != no_slot) visit(index);
    }
  }
  void reset() noexcept {
    for (auto& entry : entries_) entry.store(no_slot, std::memory_order_relaxed);
    top_.store(0, std::memory_order_relaxed);
    live_.store(0, std::memory_order_relaxed);
  }

 private:
  [[nodiscard]] slot_index take_at(std::size_t entry) noexcept {
    // Relaxed: a hint that saves the exchange where nothing is.
    if (entries_[entry].load(std::memory_order_relaxed) == no_slot) return no_slot;
    // Acquire: sees what was done to the slot before it was put. One of several
    // takers gets it.
    return entries_[entry].exchange(no_slot, std::memory_order_acquire);
  }

  atomic<std::uint32_t> top_{0};
  atomic<std::int32_t> live_{0};
  std::array<atomic<slot_index>, entries_max> entries_{};
};

static_assert(sizeof(slot_pocket<std_atomics>) == 512);

// -- Both -----------------------------------------------------------------------------

/// Returns: a slot of the stack, or else of any pocket; none when none was found.
/// A slot is found wherever it lies, unless it moves meanwhile from where is still
/// looked for to where was looked already.
template <class Stack, class Pocket>
[[nodiscard]] slot_index take_anywhere(Stack& stack, Pocket* pockets, std::size_t count) noexcept {
  slot_index taken = stack.pop();
  for (std::size_t victim = 0; victim < count && taken == no_slot; ++victim) {
    taken = pockets[victim].steal();
  }
  return taken != no_slot ? taken : stack.pop();  // what came while pockets were searched
}

}  // namespace strata::detail
