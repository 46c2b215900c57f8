// What a fuzz input says: a list of named operations, five bytes each.
//
//   byte 0   which operation
//   byte 1   which of the 64 blocks it is about
//   byte 2   heap, and alignment
//   3, 4     size: twelve bits, shifted left by the other four; the two largest
//            shifts stand for sizes that nobody can have
//
// Bytes that are left over say nothing, and every input means something.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strata::test {

enum class operation_kind : std::uint8_t {
  allocate,
  allocate_zeroed,
  allocate_aligned,
  reallocate,
  try_expand,
  deallocate,
  deallocate_sized,
  deallocate_on_other_thread,
  allocate_on_other_thread,
  reset_heap,
  renew_heap,
  purge_heap,
  purge,
  pump,
  compare,
};

// In the order of the enumerators.
inline constexpr std::array<std::string_view, 15> operation_names = {
    "allocate",
    "allocate_zeroed",
    "allocate_aligned",
    "reallocate",
    "try_expand",
    "deallocate",
    "deallocate_sized",
    "deallocate_on_other_thread",
    "allocate_on_other_thread",
    "reset_heap",
    "renew_heap",
    "purge_heap",
    "purge",
    "pump",
    "compare",
};
static_assert(static_cast<std::size_t>(operation_kind::compare) + 1 == operation_names.size());

struct operation {
  operation_kind kind;
  std::size_t slot;
  std::size_t heap;
  std::size_t alignment;
  std::size_t size;

  static constexpr std::size_t encoded_bytes = 5;
  static constexpr std::size_t slot_count = 64;
  static constexpr std::size_t heap_count = 5;
  static constexpr std::size_t alignment_log2_max = 21;
};

[[nodiscard]] constexpr std::size_t decode_size(unsigned low, unsigned high) noexcept {
  const std::size_t mantissa = low | (high & 15) << 8;
  const unsigned shift = high >> 4;
  if (shift == 15) return SIZE_MAX - mantissa;
  if (shift == 14) return SIZE_MAX / 2 + 1 + mantissa;
  return mantissa << shift;
}

[[nodiscard]] inline std::vector<operation> decode(std::span<const std::uint8_t> input) {
  std::vector<operation> operations;
  for (; input.size() >= operation::encoded_bytes;
       input = input.subspan(operation::encoded_bytes)) {
    operations.push_back({.kind = static_cast<operation_kind>(input[0] % operation_names.size()),
                          .slot = input[1] % operation::slot_count,
                          .heap = input[2] % operation::heap_count,
                          .alignment = std::size_t{1} << (input[2] / operation::heap_count %
                                                          (operation::alignment_log2_max + 1)),
                          .size = decode_size(input[3], input[4])});
  }
  return operations;
}

[[nodiscard]] inline std::string describe(const operation& what) {
  return std::string(operation_names[static_cast<std::size_t>(what.kind)]) + "(slot " +
         std::to_string(what.slot) + ", heap " + std::to_string(what.heap) + ", alignment " +
         std::to_string(what.alignment) + ", size " + std::to_string(what.size) + ")";
}

}  // namespace strata::test
