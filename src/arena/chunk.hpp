// What an arena knows of a range of memory, kept in the range itself.
//
//   chunk   [ arena_chunk, 64 bytes | blocks ......................... ]
//           ^ base                  ^ begin                            ^ end
//
//   large   [ block ...................................| arena_large   ]
//           ^ base, aligned as the block was asked for
//
// The head of a large block stands behind it, so that any alignment costs nothing.
#pragma once

#include <cstddef>
#include <cstdint>

#include <strata/arena/detail/arena_core.hpp>

namespace strata::detail {

struct alignas(arena_core::chunk_alignment) arena_chunk {
  arena_chunk* next;
  std::size_t bytes;  // with this head

  // Known since the chunk was entered last: what the chunks before it hold.
  std::size_t allocated_before;
  std::size_t reserved_before;
  std::uintptr_t left_at;  // where the cursor stood when the next chunk was entered

  [[nodiscard]] std::uintptr_t begin() const noexcept {
    return reinterpret_cast<std::uintptr_t>(this) + sizeof(arena_chunk);
  }
  [[nodiscard]] std::uintptr_t end() const noexcept {
    const std::uintptr_t last = reinterpret_cast<std::uintptr_t>(this) + bytes;
    return last & ~(arena_core::chunk_alignment - 1);
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return end() - begin(); }
  [[nodiscard]] bool holds(std::uintptr_t address) const noexcept {
    return address >= begin() && address < end();
  }
};

struct alignas(16) arena_large {
  arena_large* next;  // older
  std::byte* block;   // and start of the range
  std::size_t bytes;  // of the range
  std::size_t alignment;
  std::uint64_t serial;  // the younger, the higher

  [[nodiscard]] std::size_t usable() const noexcept {
    return static_cast<std::size_t>(reinterpret_cast<const std::byte*>(this) - block);
  }
};

static_assert(sizeof(arena_chunk) == arena_core::chunk_alignment);

}  // namespace strata::detail
