// What the cases do with memory: hide it from the optimiser, fill it with a
// pattern and find that again, and ask the kernel how much of it is resident.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace memory {

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;
inline constexpr std::size_t gib = 1024 * mib;

// The compiler can no longer reason about the value: not about a request that
// is too large, not about a pointer that was freed.
template <class T>
[[nodiscard]] T opaque(T value) {
  asm volatile("" : "+r"(value) : : "memory");
  return value;
}

struct free_block {
  void operator()(void* block) const { std::free(block); }
};
using owned = std::unique_ptr<void, free_block>;

// A pattern that depends on the seed and the position, so that swapped, shifted
// and shared blocks are all noticed.
void fill(void* block, std::size_t size, std::uint64_t seed);
[[nodiscard]] bool intact(const void* block, std::size_t size, std::uint64_t seed);
[[nodiscard]] bool all_zero(const void* block, std::size_t size);

[[nodiscard]] std::size_t resident_bytes();
[[nodiscard]] std::size_t address_space_bytes();

// A small generator that needs no state beyond one word.
struct random {
  std::uint64_t state;
  std::uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1dULL >> 16;
  }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
};

}  // namespace memory
