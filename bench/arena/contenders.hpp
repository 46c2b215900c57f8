// What arenas are measured against, each with the same few functions:
//
//   reset()                     back to the start, memory kept: the hot state
//   allocate<Bytes>()           a constant size
//   allocate(bytes)             any size
//   resource()                  for polymorphic_allocator, where there is one
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory_resource>
#include <new>
#include <optional>

#include <strata/arena.hpp>

#ifdef STRATA_BENCH_BOOST_CONTAINER
#include <boost/container/pmr/monotonic_buffer_resource.hpp>
#endif

namespace strata::bench {

// The least that an allocation can be: one range, no growth, blocks of 16 bytes.
// What happens without room is unknown to the compiler, as with an arena that
// grows, so that it keeps nothing in registers that a real one could not.
class hand_written {
 public:
  explicit hand_written(std::size_t bytes)
      : begin_(static_cast<std::byte*>(std::aligned_alloc(4096, bytes))), end_(begin_ + bytes) {
    reset();
  }
  ~hand_written() { std::free(begin_); }
  hand_written(const hand_written&) = delete;
  hand_written& operator=(const hand_written&) = delete;

  void reset() noexcept { cursor_ = begin_; }

  template <std::size_t Bytes>
  [[gnu::always_inline]] inline void* allocate() {
    return allocate(Bytes);
  }

  [[gnu::always_inline]] inline void* allocate(std::size_t bytes) {
    std::byte* const block = cursor_;
    std::byte* const next = block + ((bytes + 15) & ~std::size_t{15});
    if (next > end_) [[unlikely]] {
      return grow(bytes);
    }
    cursor_ = next;
    return block;
  }

 private:
  [[gnu::cold, gnu::noinline]] void* grow(std::size_t bytes) {
    void* block = nullptr;
    asm volatile("" : "+r"(block) : "r"(this), "r"(bytes) : "memory");
    if (block == nullptr) throw std::bad_alloc();
    return block;
  }

  std::byte* cursor_ = nullptr;
  std::byte* begin_;
  std::byte* end_;
};

// The same behind std::pmr's virtual call.
class hand_written_resource final : public std::pmr::memory_resource {
 public:
  explicit hand_written_resource(std::size_t bytes) : memory_(bytes) {}
  void reset() noexcept { memory_.reset(); }
  [[nodiscard]] std::pmr::memory_resource* resource() noexcept { return this; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t) override { return memory_.allocate(bytes); }
  void do_deallocate(void*, std::size_t, std::size_t) override {}
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
  hand_written memory_;
};

template <class Arena>
class strata_arena {
 public:
  explicit strata_arena(std::size_t) {}
  void reset() noexcept { arena_.reset(); }
  template <std::size_t Bytes>
  [[gnu::always_inline]] inline void* allocate() {
    return arena_.allocate(Bytes);
  }
  [[gnu::always_inline]] inline void* allocate(std::size_t bytes) { return arena_.allocate(bytes); }
  [[nodiscard]] std::pmr::memory_resource* resource() noexcept { return &arena_; }

 private:
  Arena arena_;
};

// Of the standard library, or of Boost; over a buffer that it starts again with.
template <class Monotonic>
class monotonic {
 public:
  explicit monotonic(std::size_t bytes) : bytes_(bytes), buffer_(std::aligned_alloc(4096, bytes)) {
    reset();
  }
  ~monotonic() { std::free(buffer_); }
  monotonic(const monotonic&) = delete;
  monotonic& operator=(const monotonic&) = delete;

  void reset() { memory_.emplace(buffer_, bytes_); }
  template <std::size_t Bytes>
  void* allocate() {
    return memory_->allocate(Bytes);
  }
  void* allocate(std::size_t bytes) { return memory_->allocate(bytes); }
  [[nodiscard]] auto* resource() noexcept { return &*memory_; }

 private:
  std::size_t bytes_;
  void* buffer_;
  std::optional<Monotonic> memory_;
};

using std_monotonic = monotonic<std::pmr::monotonic_buffer_resource>;
#ifdef STRATA_BENCH_BOOST_CONTAINER
using boost_monotonic = monotonic<boost::container::pmr::monotonic_buffer_resource>;
#endif

}  // namespace strata::bench
