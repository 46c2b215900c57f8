// What both ends of a message ring have: a claim, by which each end exists once, and
// sleep. Not for programs.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

namespace strata::detail {

/// Holds one number of a region's file against all other holders, in whatever process,
/// until it ends or its process does.
class ring_claim {
 public:
  ring_claim() = default;
  /// Effects: opens the file anew; holds nothing yet.
  explicit ring_claim(int file) noexcept;
  ring_claim(ring_claim&& other) noexcept : opening_(std::exchange(other.opening_, -1)) {}
  ring_claim& operator=(ring_claim&& other) noexcept {
    ring_claim taken(std::move(other));
    std::swap(opening_, taken.opening_);
    return *this;
  }
  ~ring_claim();

  [[nodiscard]] bool opened() const noexcept { return opening_ >= 0; }
  [[nodiscard]] bool take(std::uint64_t number) const noexcept;
  [[nodiscard]] bool taken_by_another(std::uint64_t number) const noexcept;

 private:
  int opening_ = -1;
};

/// Wakes the other end if it sleeps at `word`. To be called after what it waits for was
/// stored. The fence stands against the one in ring_sleep: either the sleeper sees what
/// was stored, or its word is seen here.
[[gnu::cold, gnu::noinline]] void wake_sleeper(std::atomic<std::uint32_t>& word) noexcept;

inline void wake_if_asleep(std::atomic<std::uint32_t>& word) noexcept {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (word.load(std::memory_order_relaxed) != 0) [[unlikely]]
    wake_sleeper(word);
}

/// The time of one wait: prepare, look once more, then sleep, until that says no.
class ring_sleep {
 public:
  /// `word` is nullptr where nobody wakes: then sleep is a short pause.
  ring_sleep(std::atomic<std::uint32_t>* word, std::chrono::nanoseconds timeout) noexcept;
  ~ring_sleep();
  ring_sleep(const ring_sleep&) = delete;
  ring_sleep& operator=(const ring_sleep&) = delete;

  void prepare() noexcept;
  /// Returns: false: the time is over.
  [[nodiscard]] bool sleep() noexcept;

 private:
  std::atomic<std::uint32_t>* word_;
  std::uint64_t deadline_;
};

}  // namespace strata::detail
