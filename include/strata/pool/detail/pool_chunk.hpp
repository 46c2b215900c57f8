// One piece of a growing pool's memory. Not for programs.
//
//   chunk, aligned to chunk_bytes
//   | header: slot block, owner, links | pad | slot 0 | slot 1 | ... | side memory |
//
// Masking an object's address with chunk_bytes gives the header; a chunk is never
// longer than that, and may be shorter.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace strata::detail {

template <class Block, class Owner>
struct pool_chunk {
  using block_type = Block;
  static constexpr std::size_t stride = Block::stride;

  // Large enough that eight slots fit beside a header and padding of half the chunk.
  static constexpr std::size_t chunk_bytes =
      std::bit_ceil(std::max(std::size_t{1} << 16, stride * 32));
  static constexpr std::size_t alignment_max = chunk_bytes / 2;

  block_type block;
  Owner* owner = nullptr;      // says that this is a chunk, and whose
  pool_chunk* next = nullptr;  // chunks that may have free slots are in a ring
  pool_chunk* previous = nullptr;
  bool listed = false;
  std::size_t bytes = 0;

  [[nodiscard]] static pool_chunk* of(const void* object) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(object);
    return reinterpret_cast<pool_chunk*>(address & ~(chunk_bytes - 1));
  }

  /// Returns: where the first slot begins; `alignment` is a power of two.
  [[nodiscard]] static constexpr std::size_t first_offset(std::size_t alignment) noexcept {
    return (sizeof(pool_chunk) + alignment - 1) / alignment * alignment;
  }

  [[nodiscard]] static constexpr std::size_t side_offset(std::size_t count,
                                                         std::size_t alignment) noexcept {
    return (first_offset(alignment) + count * stride + 7) / 8 * 8;
  }

  /// Returns: what a chunk of that many slots takes.
  [[nodiscard]] static constexpr std::size_t bytes_for(std::size_t count,
                                                       std::size_t alignment) noexcept {
    return side_offset(count, alignment) + block_type::side_bytes(count);
  }

  /// Returns: how many slots a chunk can have.
  [[nodiscard]] static constexpr std::size_t slots_max(std::size_t alignment) noexcept {
    std::size_t count = (chunk_bytes - first_offset(alignment)) / stride;
    while (bytes_for(count, alignment) > chunk_bytes) --count;
    return count;
  }

  /// Returns: how many slots, the first ones, were handed out at least once; without a
  ///   common set their strategy knows better, and they all count.
  [[nodiscard]] std::size_t opened() const noexcept {
    if constexpr (requires { block.opened(); }) {
      return block.opened();
    } else {
      return block.capacity();
    }
  }

  void link_after(pool_chunk& where) noexcept {
    next = where.next;
    previous = &where;
    next->previous = this;
    where.next = this;
    listed = true;
  }

  void unlink() noexcept {
    previous->next = next;
    next->previous = previous;
    listed = false;
  }
};

}  // namespace strata::detail
