// What lies around counted objects: chunks at multiples of 64 KiB, that a mask leads to
// from any object in them, and a record in front of an object that has memory alone.
// Not for programs.
//
//   chunk   | object_chunk | header | object ... | header | object ... |
//   alone   | alone_record | header | object ... |
//
// Invariants: an object begins at a multiple of the largest power of two that divides
// its chunk's stride, so that a stride which an alignment divides gives that alignment.
// A free block has in the word of its type the next one of its list, plus 1; types are
// aligned, so that this bit tells a free block from an object.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <strata/object/object_header.hpp>

namespace strata::detail {

class object_core;

inline constexpr std::size_t object_chunk_bytes = std::size_t{64} << 10;

inline constexpr std::size_t object_block_least = 32;

struct alignas(object_header_bytes) object_chunk {
  object_core* home;
  std::uintptr_t* list;               // that its blocks go to when they end
  std::atomic<std::uintptr_t> owner;  // the thread of the heap; see this_thread_token
  std::uint32_t stride;               // of its blocks; 0: one behind the other, see begins_of
  std::uint32_t first;                // offset of the first header
  std::uint32_t used;                 // offset of the first header that was never a block
  bool has_mail;                      // in the heap's list of such chunks
  object_chunk* next;                 // of the heap
  object_chunk* next_mail;
};

static_assert(sizeof(object_chunk) == 64);

/// A bit for each place where a header can be. Two of these follow an object_chunk where
/// counting is biased, or blocks lie one behind the other: which objects the owner shall
/// merge the counts of, and where headers are.
struct chunk_bits {
  std::uint64_t words[object_chunk_bytes / object_header_bytes / 64];

  void set(std::size_t offset) noexcept {
    const std::size_t at = offset / object_header_bytes;
    words[at / 64] |= std::uint64_t{1} << at % 64;
  }
  [[nodiscard]] bool test(std::size_t offset) const noexcept {
    const std::size_t at = offset / object_header_bytes;
    return (words[at / 64] >> at % 64 & 1) != 0;
  }
};

[[nodiscard]] inline chunk_bits& unmerged_of(object_chunk& chunk) noexcept {
  return reinterpret_cast<chunk_bits*>(&chunk + 1)[0];
}
[[nodiscard]] inline chunk_bits& begins_of(object_chunk& chunk) noexcept {
  return reinterpret_cast<chunk_bits*>(&chunk + 1)[1];
}

struct alone_record {
  object_core* home;
  alone_record* next;
  alone_record* previous;
  std::byte* block;
  std::size_t bytes;
  std::size_t alignment;
};

static_assert(sizeof(alone_record) % object_header_bytes == 0);

[[nodiscard]] inline object_chunk& chunk_of(const object_header& header) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(&header);
  return *reinterpret_cast<object_chunk*>(at & ~(object_chunk_bytes - 1));
}

/// Returns: the record of an object that has object_alone among its flags.
[[nodiscard]] inline alone_record& alone_of(object_header& header) noexcept {
  return reinterpret_cast<alone_record*>(&header)[-1];
}

/// Returns: what no other live thread has.
[[nodiscard]] inline std::uintptr_t this_thread_token() noexcept {
  return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
}

/// Effects: calls `visit(header)` for each block that is or was an object.
template <class Visitor>
void for_each_block(object_chunk& chunk, Visitor&& visit) {
  auto* const base = reinterpret_cast<std::byte*>(&chunk);
  const std::uint32_t step = chunk.stride != 0 ? chunk.stride : object_header_bytes;
  for (std::uint32_t at = chunk.first; at < chunk.used; at += step) {
    if (chunk.stride != 0 || begins_of(chunk).test(at)) {
      visit(*reinterpret_cast<object_header*>(base + at));
    }
  }
}

// -- Free blocks ------------------------------------------------------------------

[[nodiscard]] inline std::uintptr_t word_of_type(const object_header& header) noexcept {
  return reinterpret_cast<std::uintptr_t>(header.type);
}
[[nodiscard]] inline bool is_free(const object_header& header) noexcept {
  return (word_of_type(header) & 1) != 0;
}

/// A list of free blocks is one word: the address of the first header plus 1, or 1.
inline constexpr std::uintptr_t no_free_block = 1;

inline void push_free(std::uintptr_t& list, object_header& header) noexcept {
  header.type = reinterpret_cast<const object_type*>(list);
  list = reinterpret_cast<std::uintptr_t>(&header) + 1;
}
/// Effects: whoever walks takes the block for a free one, until it has a type.
inline void mark_free(object_header& header) noexcept {
  header.type = reinterpret_cast<const object_type*>(no_free_block);
}
/// Requires: the list is not empty.
[[nodiscard]] inline object_header& pop_free(std::uintptr_t& list) noexcept {
  object_header& header = *reinterpret_cast<object_header*>(list - 1);
  list = word_of_type(header);
  return header;
}

// -- Lists of dead objects ----------------------------------------------------------

// A dead object needs its type until `drop` ran, and its flags; it has no count. So the
// list goes through the 44 bits of the count and the lowest 12 flags. They hold 48 bits
// of address, which is all that a system gives to a program that does not ask for more.
inline constexpr std::uint32_t link_in_flags = 0xfff;

[[nodiscard]] inline object_header* linked(const object_header& header) noexcept {
  const std::uint64_t high = header.flags & link_in_flags;
  const std::uint64_t at = (high << 32 | header.count) << 4;
  return reinterpret_cast<object_header*>(static_cast<std::uintptr_t>(at));
}
inline void link_to(object_header& header, const object_header* next) noexcept {
  const std::uint64_t at = reinterpret_cast<std::uintptr_t>(next) >> 4;
  header.count = static_cast<std::uint32_t>(at);
  header.flags = (header.flags & ~link_in_flags) | static_cast<std::uint32_t>(at >> 32);
}

// -- Sizes ------------------------------------------------------------------------

/// Strides of chunks: by 16 up to 128, then eight to the doubling. They include the header.
inline constexpr std::size_t object_stride_largest = 8192;
inline constexpr std::size_t object_classes = 7 + 6 * 8;

/// Returns: the index of the smallest stride of at least `bytes`.
/// Requires: at most object_stride_largest.
[[nodiscard]] constexpr std::size_t object_class_of(std::size_t bytes) noexcept {
  if (bytes <= object_block_least) return 0;
  if (bytes <= 128) return (bytes + 15) / 16 - 2;
  const auto doubling = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 8;
  return 7 + doubling * 8 + ((bytes - 1) >> (doubling + 4)) - 8;
}

[[nodiscard]] constexpr std::size_t object_stride_of(std::size_t index) noexcept {
  if (index < 7) return (index + 2) * 16;
  const std::size_t above = index - 7;
  return (above % 8 + 9) << (above / 8 + 4);
}

/// Returns: the class for an object of so many bytes, without its header; object_classes
///   when it gets memory alone.
[[nodiscard]] constexpr std::size_t object_class_for(std::size_t bytes,
                                                     std::size_t alignment) noexcept {
  const std::size_t most = object_stride_largest - object_header_bytes;
  if (bytes > most || alignment > object_stride_largest / 2) return object_classes;
  std::size_t index = object_class_of(bytes + object_header_bytes);
  while (index < object_classes && object_stride_of(index) % alignment != 0) ++index;
  return index;
}

}  // namespace strata::detail
