// A lock that knows its holder.
//
// fork() may run in a signal handler that interrupted this very thread inside
// the allocator. The handler must not wait for a lock that its own thread holds,
// nor, without end, for one whose holder waits for a lock of this thread. For
// that to work at every instruction, taking the lock and naming the holder are
// one atomic step:
//
//   word   0                   free
//          token of a thread   held
//          token | 1           held, and somebody may sleep
//
// The protocol is that of Drepper, "Futexes Are Tricky" (2011), mutex2, with the
// token in place of a one. Sleepers wait on the lower half of the word.
//
// `Os` supplies thread_token, wait, wait_for, wake and cpu_relax (see os/contract.hpp).
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
    ++depth_;  // before the lock, so that no signal finds it held and not counted
    if (!try_take()) lock_slow();
  }

  [[nodiscard]] bool try_lock() noexcept {
    ++depth_;
    if (try_take()) return true;
    --depth_;
    return false;
  }

  // For who may wait for a holder that waits for him, or that a fork left behind. False:
  // the lock was held all that time, a tenth of a second.
  //
  // Rests on a word of its own. Among the lock's sleepers it would receive a waking
  // that is owed to one of them, and leaving, or taking the lock without the mark
  // that others sleep, it would let that one sleep for ever.
  [[nodiscard]] bool try_lock_for_a_while() noexcept {
    std::atomic<std::uint32_t> nobody_wakes{0};
    for (int tries = 0; tries < patient_tries; ++tries) {
      if (try_lock()) return true;
      Os::wait_for(nobody_wakes, 0, patient_wait_ns);
    }
    return false;
  }

  void unlock() noexcept {
    if (fork_depth_ != 0) [[unlikely]] {
      --fork_depth_;
      --depth_;
      return;
    }
    if ((word_.exchange(state_free, std::memory_order_release) & awaited) != 0) Os::wake(lower());
    --depth_;
  }

  // True while this thread holds, or is about to take, any lock of this kind:
  // then whoever runs now interrupted it.
  [[nodiscard]] static bool interrupted() noexcept { return depth_ != 0; }

  // Exact for the calling thread, whatever others do meanwhile.
  [[nodiscard]] bool held_by_me() const noexcept {
    return (word_.load(std::memory_order_relaxed) & ~awaited) == Os::thread_token();
  }

  // Around fork, in the thread that forks; forks may nest through signals.
  // `patient`: this thread was not interrupted inside the allocator, so every
  // holder will let go. Otherwise a holder may wait for us, and after some
  // patience its lock is left alone: what it protects may then be caught
  // half-way in the child, which beats a child that never is.
  void prepare_fork(bool patient) noexcept {
    if (held_by_me()) {
      ++fork_skips_;
      return;
    }
    if (patient) {
      lock();
    } else {
      static_cast<void>(try_lock_for_a_while());
    }
    if (held_by_me()) held_for_fork_ = true;
  }

  void parent_after_fork() noexcept {
    if (!held_by_me()) return;
    if (fork_skips_ != 0) {
      --fork_skips_;
    } else {
      held_for_fork_ = false;
      unlock();
    }
  }

  // Between prepare and child: this thread held the lock before it forked.
  [[nodiscard]] bool interrupted_by_fork() const noexcept {
    return held_by_me() && fork_skips_ != 0;
  }

  // Whoever held or awaited it does not exist in the child. An operation of this
  // thread that the fork interrupted goes on without the lock: nobody else can
  // come between, and the signal handler may itself allocate.
  void child_after_fork() noexcept {
    if (held_by_me() && fork_skips_ == 0) --depth_;
    fork_skips_ = 0;
    held_for_fork_ = false;
    reset_after_fork();
  }

  // Only in a forked child: holders and sleepers do not exist there.
  void reset_after_fork() noexcept { word_.store(state_free, std::memory_order_relaxed); }

 private:
  static constexpr std::uint64_t state_free = 0;
  static constexpr std::uint64_t awaited = 1;
  static constexpr int spins_max = 100;

  static constexpr int patient_tries = 1000;
  static constexpr std::uint64_t patient_wait_ns = 100'000;

  [[nodiscard]] bool try_take() noexcept {
    std::uint64_t expected = state_free;
    return word_.compare_exchange_strong(expected, Os::thread_token(), std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }

  [[gnu::cold, gnu::noinline]] void lock_slow() noexcept {
    if (held_by_me()) {
      // Another fork handler of this thread allocates, between ours; everything
      // the lock guards is whole.
      if (!held_for_fork_) report_reentry();
      ++fork_depth_;
      return;
    }
    for (int spin = 0; spin < spins_max; ++spin) {
      if (word_.load(std::memory_order_relaxed) == state_free && try_take()) return;
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
  std::uint32_t fork_depth_ = 0;  // of locks taken while it is held for a fork
  bool held_for_fork_ = false;
  inline static thread_local constinit std::uint32_t depth_ = 0;
};

// The lock of a single-threaded configuration: no atomics, no code.
class no_mutex {
 public:
  void lock() noexcept {}
  [[nodiscard]] bool try_lock() noexcept { return true; }
  void unlock() noexcept {}
  [[nodiscard]] bool held_by_me() const noexcept { return false; }
  [[nodiscard]] static bool interrupted() noexcept { return false; }
  void prepare_fork(bool) noexcept {}
  void parent_after_fork() noexcept {}
  void child_after_fork() noexcept {}
  void reset_after_fork() noexcept {}
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
