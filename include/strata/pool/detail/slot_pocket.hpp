// Free slots close to one thread, and within reach of all: the double-ended queue of
// Chase and Lev (SPAA 2005) in an array that does not grow, with the memory orders of
// Lê, Pop, Cohen and Nardelli (PPoPP 2013), and their fence made uneven.
//
//   others steal here                    the owner puts and takes here
//        |                                        |
//        v                                        v
//   | . | 7 | 2 | 9 | 4 | . |      entries, used in a circle
//        ^top_               ^bottom_
//
// Both only ever count up, but for the owner's attempts: so who read top_, was
// delayed, and finds it unchanged, knows that the entry is.
//
// The owner lowers bottom_, then reads top_; who steals reads top_, then bottom_. One
// of them sees the other: they may want the same entry only when it is the last one,
// and for that both exchange top_. All other takes of the owner, and all its puts,
// are plain loads and stores. Its fence is between the two, and the light one.
//
// Who had to steal asks the owner to share: `room_` is negative for a while, so
// that the owner's next puts find no room and go to where all can take them.
//
// Not for programs.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <strata/pool/detail/slot_index.hpp>

namespace strata::detail {

template <class Atomics, std::size_t Entries = 128>
class alignas(128) slot_pocket {
  static_assert((Entries & (Entries - 1)) == 0, "the circle is a mask");
  template <class Value>
  using atomic = typename Atomics::template atomic<Value>;
  template <class Value>
  using own_atomic = typename Atomics::template own_atomic<Value>;

 public:
  static constexpr std::int32_t entries_max = Entries;
  static constexpr std::int32_t shared_puts = 256;  ///< so many after something was stolen

  /// Returns: a slot that was put here and that nobody took; else none. Owner.
  template <class Fence>
  [[nodiscard]] slot_index take(const Fence& fence) noexcept {
    // Relaxed: only the owner stores it. A thread that owns the pocket after
    // another sees its last value by way of the thread index that they share.
    const std::uint64_t last = bottom_.load(std::memory_order_relaxed) - 1;
    // Release, here and wherever bottom_ is stored: who reads it and steals what
    // lies below must see what was done to those slots, whichever store it read.
    bottom_.store(last, std::memory_order_release);
    fence.light();
    // Relaxed: a value that is too old is what the fence excludes.
    const std::uint64_t top = top_.load(std::memory_order_relaxed);
    if (distance(top, last) > 0) [[likely]] {
      return entry(last).load(std::memory_order_relaxed);  // the owner's own store
    }
    return take_last(top, last);
  }

  /// Returns: whether there was room. Owner.
  [[nodiscard]] bool put(slot_index index) noexcept {
    const std::uint64_t bottom = bottom_.load(std::memory_order_relaxed);
    // Acquire: who stole the entry that is written next read it before, and
    // not what is written.
    const std::uint64_t top = top_.load(std::memory_order_acquire);
    // Relaxed: a wish.
    if (distance(top, bottom) >= room_.load(std::memory_order_relaxed)) return false;
    entry(bottom).store(index, std::memory_order_relaxed);  // published by bottom_
    bottom_.store(bottom + 1, std::memory_order_release);
    return true;
  }

  /// Returns: a slot that was put here and that nobody took; else none. Any thread.
  template <class Fence>
  [[nodiscard]] slot_index steal(const Fence& fence) noexcept {
    for (;;) {
      // Acquire: before bottom_ is read, also where the fence is cheap.
      std::uint64_t top = top_.load(std::memory_order_acquire);
      // Relaxed: a hint that saves the fence where nothing is.
      if (distance(top, bottom_.load(std::memory_order_relaxed)) <= 0) return no_slot;
      if (!fence.heavy()) return no_slot;
      // Acquire: pairs with the owner's release.
      if (distance(top, bottom_.load(std::memory_order_acquire)) <= 0) return no_slot;
      const slot_index index = entry(top).load(std::memory_order_relaxed);
      // Release: the read of the entry comes before, see put. One of several gets
      // it; where it was another, that one's call has come to its end.
      if (top_.compare_exchange_weak(top, top + 1, std::memory_order_release,
                                     std::memory_order_relaxed)) {
        room_.store(-shared_puts, std::memory_order_relaxed);
        return index;
      }
    }
  }

  /// Returns: how many slots the owner may keep; negative while it shares them.
  [[nodiscard]] std::int32_t room() const noexcept { return room_.load(std::memory_order_relaxed); }

  /// Effects: counts a put that found no room; the last of those that were asked
  ///   for makes room for `most` again. Owner.
  void share(std::int32_t most) noexcept {
    const std::int32_t room = this->room();
    if (room < 0) room_.store(room == -1 ? most : room + 1, std::memory_order_relaxed);
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
    const std::uint64_t bottom = bottom_.load(std::memory_order_relaxed);
    for (std::uint64_t at = top_.load(std::memory_order_relaxed); distance(at, bottom) > 0; ++at) {
      visit(entries_[at % Entries].load(std::memory_order_relaxed));
    }
  }
  void reset(std::int32_t room) noexcept {
    top_.store(0, std::memory_order_relaxed);
    bottom_.store(0, std::memory_order_relaxed);
    room_.store(room, std::memory_order_relaxed);
    live_.store(0, std::memory_order_relaxed);
  }

 private:
  static std::int64_t distance(std::uint64_t top, std::uint64_t bottom) noexcept {
    return static_cast<std::int64_t>(bottom - top);
  }
  auto& entry(std::uint64_t at) noexcept { return entries_[at % Entries]; }

  // The last entry is for whoever exchanges top_; or there was none.
  [[nodiscard, gnu::noinline]] slot_index take_last(std::uint64_t top,
                                                    std::uint64_t last) noexcept {
    slot_index taken = no_slot;
    if (top == last) {
      const slot_index index = entry(last).load(std::memory_order_relaxed);
      // Relaxed: the slot is the owner's own; the exchange only decides.
      if (top_.compare_exchange_strong(top, top + 1, std::memory_order_relaxed,
                                       std::memory_order_relaxed)) {
        taken = index;
      }
    }
    bottom_.store(last + 1, std::memory_order_release);
    return taken;
  }

  atomic<std::uint64_t> top_{0};
  own_atomic<std::uint64_t> bottom_{0};
  atomic<std::int32_t> room_{0};
  atomic<std::int32_t> live_{0};
  std::array<own_atomic<slot_index>, Entries> entries_{};
};

static_assert(sizeof(slot_pocket<std_atomics>) == 640);

}  // namespace strata::detail
