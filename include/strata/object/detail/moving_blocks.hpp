// Where a compacting arena keeps its objects: chunks of blocks and holes, without a
// gap between them, so that a walk from one end finds all. Not for programs.
//
//   chunk  [ next | previous | end | large ... 48 bytes ][ block ][ hole ][ block ] ... end
//   block  [ relocation | index | units ][ object, of units - 1 times 16 bytes ]
//   hole   [ nullptr    | none  | units ][ nothing, poisoned                   ]
//
// A block begins 16 bytes before its object, and every size is a multiple of 16, so a
// remainder always has room for the head of a hole. The first object of a chunk lies
// at a multiple of 64. `index` is that of the object's key, or none while the object
// is being made or ended: such a block stays where it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include <strata/base/detail/poison.hpp>
#include <strata/object/relocation.hpp>

namespace strata::detail {

inline constexpr std::size_t moving_unit = 16;
inline constexpr std::size_t moving_alignment_max = 64;

struct moving_block {
  static constexpr std::uint32_t none = UINT32_MAX;

  const relocation* type;
  std::uint32_t index;
  std::uint32_t units;

  [[nodiscard]] bool is_hole() const noexcept { return type == nullptr; }
  [[nodiscard]] std::size_t bytes() const noexcept { return std::size_t{units} * moving_unit; }
  [[nodiscard]] std::size_t object_bytes() const noexcept { return bytes() - moving_unit; }
  [[nodiscard]] std::byte* begin() noexcept { return reinterpret_cast<std::byte*>(this); }
  [[nodiscard]] std::byte* object() noexcept { return begin() + moving_unit; }

  [[nodiscard]] static moving_block& at(std::byte* begin) noexcept {
    return *std::launder(reinterpret_cast<moving_block*>(begin));
  }
  [[nodiscard]] static moving_block& of(void* object) noexcept {
    return at(static_cast<std::byte*>(object) - moving_unit);
  }
};
static_assert(sizeof(moving_block) == moving_unit);

struct moving_chunk {
  moving_chunk* next;
  moving_chunk* previous;
  std::byte* limit;

  static constexpr std::size_t head_bytes = moving_alignment_max - moving_unit;

  [[nodiscard]] std::byte* begin() noexcept {
    return reinterpret_cast<std::byte*>(this) + head_bytes;
  }
  [[nodiscard]] std::byte* end() const noexcept { return limit; }
  [[nodiscard]] std::size_t bytes() noexcept {
    return static_cast<std::size_t>(limit - reinterpret_cast<std::byte*>(this));
  }
};
static_assert(sizeof(moving_chunk) <= moving_chunk::head_bytes);

/// A list of chunks, in the order in which objects slide towards its front.
struct moving_chunks {
  moving_chunk* first = nullptr;
  moving_chunk* last = nullptr;

  void append(moving_chunk& chunk) noexcept {
    chunk.next = nullptr;
    chunk.previous = last;
    (last == nullptr ? first : last->next) = &chunk;
    last = &chunk;
  }
  void remove(moving_chunk& chunk) noexcept {
    (chunk.previous == nullptr ? first : chunk.previous->next) = chunk.next;
    (chunk.next == nullptr ? last : chunk.next->previous) = chunk.previous;
  }
};

/// Effects: [begin, end) is one hole.
/// Requires: at least 16 bytes.
inline void make_hole(std::byte* begin, const std::byte* end) noexcept {
  const auto bytes = static_cast<std::size_t>(end - begin);
  unpoison(begin, moving_unit);
  ::new (static_cast<void*>(begin))
      moving_block{nullptr, moving_block::none, static_cast<std::uint32_t>(bytes / moving_unit)};
  poison(begin + moving_unit, bytes - moving_unit);
}

/// A hole from which blocks are cut at its front; empty when the two are equal. What
/// is left is always the head of a hole as well.
struct moving_gap {
  moving_chunk* in = nullptr;
  std::byte* begin = nullptr;
  std::byte* end = nullptr;

  [[nodiscard]] bool empty() const noexcept { return begin == end; }

  /// Returns: where an object would lie; nullptr: there is no room for it.
  [[nodiscard]] std::byte* fit(std::size_t object_bytes, std::size_t alignment) const noexcept {
    const auto room = static_cast<std::size_t>(end - begin);
    const auto from = reinterpret_cast<std::uintptr_t>(begin) + moving_unit;
    const std::size_t padding = (0 - from) & (alignment - 1);
    if (room < moving_unit + padding || room - moving_unit - padding < object_bytes) return nullptr;
    return begin + moving_unit + padding;
  }

  /// Effects: what lies before the object's block stays a hole of its own, what lies
  ///   behind it stays this gap.
  /// Requires: what fit returned for so many bytes.
  moving_block& cut(std::byte* object, std::size_t object_bytes, const relocation& type,
                    std::uint32_t index) noexcept {
    std::byte* const head = object - moving_unit;
    if (head != begin) make_hole(begin, head);
    begin = object + object_bytes;
    if (begin != end) make_hole(begin, end);
    unpoison(head, moving_unit + object_bytes);
    return *::new (static_cast<void*>(head))
        moving_block{&type, index, static_cast<std::uint32_t>(object_bytes / moving_unit + 1)};
  }
};

}  // namespace strata::detail
