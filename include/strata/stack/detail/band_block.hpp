// A block of a band, and the group of equal blocks that it was cut from.
//
//   group   | head | payload ..... | head | payload ..... |  not cut yet  |
//           ^ begin                ^ begin + stride
//
// The head leads to the group, so that a block is given back without a search. It has
// a line of its own: payloads begin at multiples of 64. What is attached to a block says
// for itself which of its bytes nobody may touch. Not for programs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include <strata/base/detail/poison.hpp>

namespace strata::detail {

struct band_group;
class message_home;

struct alignas(64) band_block {
  static constexpr std::size_t head_bytes = 64;

  band_group* group;
  std::size_t bytes;                         // of the payload
  band_block* next = nullptr;                // while it is in a list
  void* attached = nullptr;                  // what stays with the memory while it is idle
  message_home* home = nullptr;              // of a message: where it returns to
  std::atomic<std::uint32_t> references{0};  // of a message

  [[nodiscard]] std::byte* payload() noexcept {
    return reinterpret_cast<std::byte*>(this) + head_bytes;
  }
  [[nodiscard]] static band_block& of(void* payload) noexcept {
    return *reinterpret_cast<band_block*>(static_cast<std::byte*>(payload) - head_bytes);
  }
};

static_assert(sizeof(band_block) == band_block::head_bytes);

/// Lies outside of the memory that it describes, so that blocks fill that without a rest.
struct band_group {
  std::byte* range;  // as the source gave it
  std::size_t range_bytes;
  std::size_t range_alignment;
  std::byte* begin;  // of the first block
  std::size_t stride;
  std::uint32_t band;
  std::uint32_t blocks;
  std::uint32_t cut = 0;   // so many blocks were taken at least once
  std::uint32_t live = 0;  // blocks that are out
  band_block* free = nullptr;
  band_group* previous = nullptr;  // in the list of groups with room
  band_group* next = nullptr;

  [[nodiscard]] bool is_full() const noexcept { return live == blocks; }

  /// Requires: the group is not full.
  [[nodiscard]] band_block& take() noexcept {
    ++live;
    if (free == nullptr) [[unlikely]]
      return cut_next();
    band_block& got = *free;
    free = got.next;
    if (got.attached == nullptr) unpoison(got.payload(), got.bytes);
    return got;
  }

  void give(band_block& block) noexcept {
    if (block.attached == nullptr) poison(block.payload(), block.bytes);
    block.next = free;
    free = &block;
    --live;
  }

 private:
  [[nodiscard]] band_block& cut_next() noexcept {
    void* const at = begin + stride * cut++;
    unpoison(at, stride);
    return *::new (at) band_block{this, stride - band_block::head_bytes};
  }
};

}  // namespace strata::detail
