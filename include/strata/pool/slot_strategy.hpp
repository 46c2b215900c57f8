// What decides which slot of a pool serves next: a slot strategy. Strategies know
// places, not objects; pools construct and destroy.
//
//   strategy                      memory per slot    take              give
//   sparse_set_slots, default     8 bytes            O(1), LIFO        O(1)
//   free_list_slots               0                  O(1), LIFO        O(1)
//   stack_slots                   4 bytes            O(1), LIFO        O(1)
//   bitmap_slots                  1 bit              O(slots / 64),    O(1)
//                                                    lowest address
//
// A pool adds 1 bit a slot of its own for what lives, unless the strategy has
// that bit already. A program's own strategy is a type that models slot_strategy,
// named among the policies of a pool: fixed_pool<entity, my_slots>.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace strata {

/// Slots of equal size, one behind the other:
///
///   first            first + Stride                          first + count * Stride
///   | slot 0         | slot 1         | ...  | slot count - 1 |
template <std::size_t Stride>
struct slot_area {
  static_assert(Stride > 0, "a slot has at least a byte");
  static constexpr std::size_t stride = Stride;

  std::byte* first = nullptr;
  std::size_t count = 0;

  [[nodiscard]] std::byte* address(std::size_t index) const noexcept {
    return first + index * Stride;
  }

  /// Returns: the number of the slot that begins at the address; a number of
  ///   `count` or more for every other address.
  ///
  /// Exact division by multiplication (Granlund and Montgomery 1994, section 9):
  /// with Stride = odd << shift, rotating by shift and multiplying by the inverse
  /// of odd is one-to-one on words and takes i * Stride to i. So what is no
  /// multiple of Stride, or lies outside, is taken to something else than a slot.
  [[nodiscard]] std::size_t index(const void* address) const noexcept {
    const std::size_t distance =
        reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(first);
    return std::rotr(distance, shift) * inverse;
  }

 private:
  static constexpr int shift = std::countr_zero(Stride);

  // Newton's iteration: each step doubles the number of bits that are right.
  static constexpr std::size_t inverse = [] {
    constexpr std::size_t odd = Stride >> shift;
    std::size_t found = odd;
    for (int bits = 3; bits < 64; bits *= 2) found *= 2 - odd * found;
    return found;
  }();
};

/// Hands out the slots of one area. Used by one thread at a time.
///
///   slot_bytes_min  the smallest slot that it can work in
///   slots_max       the most slots that it can tell apart
///   keeps_contents  whether it leaves the bytes of free slots alone
///   side_bytes      memory it wants beside that many slots, aligned to 8
///   open            begins, with every slot free; `side` is that memory
///   take            a free slot; nullptr when there is none
///   give            takes back a slot that was taken
///
/// The area is the same at each call, and the object is not moved.
template <class S>
concept slot_strategy = std::default_initializable<S> &&
    requires(S& slots, const slot_area<64>& area, void* side, std::byte* slot, std::size_t count) {
  { S::slot_bytes_min } -> std::convertible_to<std::size_t>;
  { S::slots_max } -> std::convertible_to<std::size_t>;
  { S::keeps_contents } -> std::convertible_to<bool>;
  { S::side_bytes(count) }
  noexcept->std::same_as<std::size_t>;
  { slots.open(area, side) }
  noexcept->std::same_as<void>;
  { slots.take(area) }
  noexcept->std::same_as<std::byte*>;
  { slots.give(area, slot) }
  noexcept->std::same_as<void>;
};

/// A strategy that hands out neighbours too: take_run(area, n) gives the first of n
/// free slots in a row, or nullptr. Each goes back by give, on its own.
template <class S>
concept run_slot_strategy = slot_strategy<S> &&
    requires(S& slots, const slot_area<64>& area, std::size_t count) {
  { slots.take_run(area, count) }
  noexcept->std::same_as<std::byte*>;
};

/// A strategy that knows a bit for each slot, set while it is taken, in words of 64
/// slots. Bits behind the last slot may be anything.
template <class S>
concept occupancy_strategy = slot_strategy<S> && requires(const S& slots) {
  { slots.taken_words() }
  noexcept->std::same_as<const std::uint64_t*>;
};

}  // namespace strata
