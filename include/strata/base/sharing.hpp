// Whether one thread or several use a resource at once: a policy of the adaptors
// that count. What is not shared costs no atomic instruction and no lock.
//
//   strata::limited<strata::heap, strata::any_thread> cache(heap, 64 << 20);
//
// A policy has a `counter` of bytes or of blocks, and a `mutex` for what is rare.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>

namespace strata {

/// One thread at a time. The default: other resources and locks may see to it.
struct one_thread {
  class counter {
   public:
    constexpr explicit counter(std::size_t value = 0) noexcept : value_(value) {}

    [[nodiscard]] std::size_t get() const noexcept { return value_; }
    void set(std::size_t value) noexcept { value_ = value; }

    /// Returns: the value after.
    std::size_t add(std::size_t amount) noexcept { return value_ += amount; }

    /// Returns: whether the value was raised; it is not when it would exceed `most`.
    [[nodiscard]] bool add_within(std::size_t amount, std::size_t most) noexcept {
      const std::size_t sum = value_ + amount;
      if (sum < amount || sum > most) return false;
      value_ = sum;
      return true;
    }

    /// Returns: the value before.
    std::size_t subtract(std::size_t amount) noexcept {
      const std::size_t before = value_;
      value_ -= amount;
      return before;
    }

    void raise_to(std::size_t value) noexcept {
      if (value > value_) value_ = value;
    }

   private:
    std::size_t value_;
  };

  struct mutex {
    void lock() noexcept {}
    void unlock() noexcept {}
  };
};

/// Any thread at any time, as far as the upstream allows it too. Figures of one
/// moment may disagree with each other while other threads go on.
struct any_thread {
  class counter {
   public:
    constexpr explicit counter(std::size_t value = 0) noexcept : value_(value) {}

    [[nodiscard]] std::size_t get() const noexcept { return value_.load(relaxed); }
    void set(std::size_t value) noexcept { value_.store(value, relaxed); }

    std::size_t add(std::size_t amount) noexcept {
      return value_.fetch_add(amount, relaxed) + amount;
    }

    // Compares before it adds, so that a request that is refused never keeps
    // another one out.
    [[nodiscard]] bool add_within(std::size_t amount, std::size_t most) noexcept {
      std::size_t seen = get();
      std::size_t sum = 0;
      do {
        sum = seen + amount;
        if (sum < amount || sum > most) return false;
      } while (!value_.compare_exchange_weak(seen, sum, relaxed));
      return true;
    }

    std::size_t subtract(std::size_t amount) noexcept { return value_.fetch_sub(amount, relaxed); }

    void raise_to(std::size_t value) noexcept {
      std::size_t seen = get();
      while (seen < value && !value_.compare_exchange_weak(seen, value, relaxed)) {
      }
    }

   private:
    static constexpr std::memory_order relaxed = std::memory_order_relaxed;

    std::atomic<std::size_t> value_;
  };

  using mutex = std::mutex;
};

}  // namespace strata
