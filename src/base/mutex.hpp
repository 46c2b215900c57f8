// A lock that knows its holder.
//
// fork() may run in a signal handler that interrupted this very thread inside
// the allocator. The handler then must not wait for a lock that its own thread
// holds: fork hooks skip it, and since the child's only thread continues the
// interrupted operation, the lock is released there. For that to work at every
// instruction, taking the lock and naming the holder are one atomic step:
//
//   word   0                   free
//          token of a thread   held
//          token | 1           held, and somebody may sleep
//
// The protocol is that of Drepper, "Futexes Are Tricky" (2011), mutex2, with the
// token in place of a one. Sleepers wait on the lower half of the word.
//
// `Os` supplies thread_token, wait, wake and cpu_relax (see os/contract.hpp).
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/fatal.hpp"

namespace strata::base {

template <class Os>
class mutex {
 public:
  constexpr mutex() noexcept = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  void lock() noexcept {
    if (!try_lock()) lock_slow();
  }

  [[nodiscard]] bool try_lock() noexcept {
    std::uint64_t expected = state_free;
    return word_.compare_exchange_strong(expected, Os::thread_token(), std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }

  void unlock() noexcept {
    if ((word_.exchange(state_free, std::memory_order_release) & awaited) != 0) Os::wake(lower());
  }

  // Exact for the calling thread, whatever others do meanwhile.
  [[nodiscard]] bool held_by_me() const noexcept {
    return (word_.load(std::memory_order_relaxed) & ~awaited) == Os::thread_token();
  }

  // Around fork, in the thread that forks; forks may nest through signals.
  void prepare_fork() noexcept {
    if (held_by_me()) {
      ++fork_skips_;
    } else {
      lock();
    }
  }

  void parent_after_fork() noexcept {
    if (fork_skips_ != 0) {
      --fork_skips_;
    } else {
      unlock();
    }
  }

  void child_after_fork() noexcept {
    if (fork_skips_ != 0) {
      --fork_skips_;
    } else {
      reset_after_fork();
    }
  }

  // Only in a forked child: holders and sleepers do not exist there.
  void reset_after_fork() noexcept { word_.store(state_free, std::memory_order_relaxed); }

 private:
  static constexpr std::uint64_t state_free = 0;
  static constexpr std::uint64_t awaited = 1;
  static constexpr int spins_max = 100;

  [[gnu::cold, gnu::noinline]] void lock_slow() noexcept {
    check(!held_by_me(), "a thread waits for a strata lock that it holds itself");
    for (int spin = 0; spin < spins_max; ++spin) {
      if (word_.load(std::memory_order_relaxed) == state_free && try_lock()) return;
      Os::cpu_relax();
    }
    while (!lock_awaited()) {
    }
  }

  // One round: take the free lock, leaving the mark that others may sleep, or
  // leave the mark and sleep.
  bool lock_awaited() noexcept {
    std::uint64_t seen = word_.load(std::memory_order_relaxed);
    if (seen == state_free) {
      return word_.compare_exchange_strong(seen, Os::thread_token() | awaited,
                                           std::memory_order_acquire, std::memory_order_relaxed);
    }
    if ((seen & awaited) == 0 &&
        !word_.compare_exchange_strong(seen, seen | awaited, std::memory_order_relaxed)) {
      return false;
    }
    Os::wait(lower(), static_cast<std::uint32_t>(seen | awaited));
    return false;
  }

  // What the system's wait looks at.
  [[nodiscard]] std::atomic<std::uint32_t>& lower() noexcept {
    static_assert(std::endian::native == std::endian::little);
    void* const place = &word_;
    return *static_cast<std::atomic<std::uint32_t>*>(place);
  }

  std::atomic<std::uint64_t> word_{state_free};
  // Forks that found the lock held by their own thread. Only its holder looks.
  std::uint32_t fork_skips_ = 0;
};

// The lock of a single-threaded configuration: no atomics, no code.
class no_mutex {
 public:
  void lock() noexcept {}
  [[nodiscard]] bool try_lock() noexcept { return true; }
  void unlock() noexcept {}
  [[nodiscard]] bool held_by_me() const noexcept { return false; }
  void prepare_fork() noexcept {}
  void parent_after_fork() noexcept {}
  void child_after_fork() noexcept {}
};

template <class Mutex>
class [[nodiscard]] lock_guard {
 public:
  explicit lock_guard(Mutex& mutex) noexcept : mutex_(mutex) { mutex_.lock(); }
  ~lock_guard() { mutex_.unlock(); }
  lock_guard(const lock_guard&) = delete;
  lock_guard& operator=(const lock_guard&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace strata::base
