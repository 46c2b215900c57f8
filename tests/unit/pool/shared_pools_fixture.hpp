// What the tests of pools for several threads need: objects that notice when their
// memory is shared, an upstream that refuses on demand, and one way to make every
// kind of pool.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <stdexcept>
#include <strata/pool/lock_free_pool.hpp>
#include <strata/pool/thread_local_pool.hpp>
#include <strata/pool/thread_safe_pool.hpp>

namespace strata::test {

/// Counts how many live, and holds what it was made from all over.
template <std::size_t Words, std::size_t Alignment = alignof(std::uint64_t)>
struct alignas(Alignment) painted {
  explicit painted(std::uint64_t value) {
    for (std::uint64_t& word : words) word = value;
    live.fetch_add(1, std::memory_order_relaxed);
  }
  painted(const painted&) = delete;
  painted& operator=(const painted&) = delete;
  ~painted() { live.fetch_sub(1, std::memory_order_relaxed); }

  [[nodiscard]] bool intact(std::uint64_t value) const {
    for (const std::uint64_t word : words) {
      if (word != value) return false;
    }
    return true;
  }

  static inline std::atomic<std::ptrdiff_t> live{0};
  std::uint64_t words[Words];
};

struct thrower {
  explicit thrower(bool yes) {
    if (yes) throw std::runtime_error("no");
  }
  std::uint64_t words[5]{};
};

/// Counts what is taken, and refuses one request.
class refusing_upstream final : public std::pmr::memory_resource {
 public:
  explicit refusing_upstream(std::size_t refused = SIZE_MAX) : refused_(refused) {}

  [[nodiscard]] std::size_t requests() const { return requests_; }
  [[nodiscard]] std::size_t live_bytes() const { return live_bytes_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (requests_++ == refused_) throw std::bad_alloc();
    live_bytes_ += bytes;
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    live_bytes_ -= bytes;
    std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::atomic<std::size_t> requests_{0};
  std::atomic<std::size_t> live_bytes_{0};
  std::size_t refused_;
};

/// The smallest Mutex there is.
class spin_mutex {
 public:
  void lock() noexcept {
    while (locked_.test_and_set(std::memory_order_acquire)) {
    }
  }
  bool try_lock() noexcept { return !locked_.test_and_set(std::memory_order_acquire); }
  void unlock() noexcept { locked_.clear(std::memory_order_release); }

 private:
  std::atomic_flag locked_ = ATOMIC_FLAG_INIT;
};

// How each kind is made, with room for 2000 objects.
struct thread_safe_kind {
  template <class T>
  using pool = thread_safe_pool<T>;
  static shared_pool_options options(std::pmr::memory_resource* upstream = nullptr) {
    return {.upstream = upstream};
  }
};
struct spinning_kind : thread_safe_kind {
  template <class T>
  using pool = thread_safe_pool<T, spin_mutex>;
};
struct bounded_kind : thread_safe_kind {
  static shared_pool_options options(std::pmr::memory_resource* upstream = nullptr) {
    return {.maximum = 2000, .upstream = upstream};
  }
};
struct lock_free_kind {
  template <class T>
  using pool = lock_free_pool<T>;
  static shared_pool_options options(std::pmr::memory_resource* upstream = nullptr) {
    return {.capacity = 2000, .upstream = upstream};
  }
};

}  // namespace strata::test
