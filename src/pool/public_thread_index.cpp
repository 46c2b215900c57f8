// See strata/base/detail/thread_index.hpp.
#include <strata/base/detail/thread_index.hpp>

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>

namespace strata::detail {

constinit thread_local std::uint32_t this_thread_index = thread_index_unknown;

namespace {

// A set bit is an index in use.
constinit std::array<std::atomic<std::uint64_t>, 64> words{};

// The lowest bit of the word that is clear, set; 64 if there is none.
std::uint32_t take_bit(std::atomic<std::uint64_t>& word) noexcept {
  std::uint64_t seen = word.load(std::memory_order_relaxed);
  while (~seen != 0) {
    const int bit = std::countr_one(seen);
    // Acquire: pairs with the release of whoever had the index before.
    if (word.compare_exchange_weak(seen, seen | std::uint64_t{1} << bit, std::memory_order_acquire,
                                   std::memory_order_relaxed)) {
      return static_cast<std::uint32_t>(bit);
    }
  }
  return 64;
}

std::uint32_t take_index() noexcept {
  for (std::uint32_t number = 0; number < words.size(); ++number) {
    const std::uint32_t bit = take_bit(words[number]);
    if (bit != 64) return number * 64 + bit;
  }
  return thread_index_none;
}

struct index_end {
  ~index_end() {
    const std::uint32_t index = this_thread_index;
    this_thread_index = thread_index_none;
    if (index >= words.size() * 64) return;
    words[index / 64].fetch_and(~(std::uint64_t{1} << index % 64), std::memory_order_release);
  }
  void arm() const noexcept {}
};

thread_local const index_end at_thread_end;

}  // namespace

std::uint32_t acquire_thread_index() noexcept {
  if (this_thread_index == thread_index_unknown) {
    at_thread_end.arm();
    this_thread_index = take_index();
  }
  return this_thread_index;
}

}  // namespace strata::detail
