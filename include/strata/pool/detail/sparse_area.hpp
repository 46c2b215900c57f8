// An area of slots whose free ones are in a sparse set, and what that set cannot tell.
// What a fixed pool has one of, and a growing pool one in each chunk. Not for programs.
//
//   slots                         | side memory
//   | slot 0 | slot 1 | ...       | shown bits | ending bytes | what the owner adds |
//
// Shown bits are what lived when somebody began to iterate: a set has no order, so
// `show` and `hide` write it down in the order of addresses, and the set's seal tells
// what has been written down. A slot that is released afterwards is passed over,
// because the set is asked about each.
//
// An ending byte is set while the object's destructor runs, when its slot is not free
// yet: so that a second release inside it is noticed. There are none for objects whose
// end runs no code. Bytes, because they take a third of the instructions of bits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <strata/base/detail/bit_words.hpp>
#include <strata/base/detail/poison.hpp>
#include <strata/base/detail/prefetch.hpp>
#include <strata/pool/detail/free_set.hpp>
#include <strata/pool/slot_strategy.hpp>

namespace strata::detail {

template <std::size_t Stride, bool Ends>
class sparse_area {
 public:
  static constexpr std::size_t stride = Stride;

  [[nodiscard]] static constexpr std::size_t side_bytes(std::size_t count) noexcept {
    return shown_bytes(count) + (Ends ? (count + 7) / 8 * 8 : 0);
  }

  /// Effects: nothing lives there. `side` is aligned to 8.
  /// Returns: the side memory behind its own.
  std::byte* open(std::byte* first, std::size_t count, std::byte* side) noexcept {
    slots_ = {first, count};
    shown_ = reinterpret_cast<std::uint64_t*>(side);
    ending_ = side + shown_bytes(count);
    std::fill_n(side, side_bytes(count), std::byte{0});  // there may be none
    poison(first, count * Stride);
    return side + side_bytes(count);
  }

  /// Effects: from now on there are no slots, for those who look after the end. The
  ///   stores are volatile, because the compiler knows that this is the end.
  void close() noexcept {
    unpoison(slots_.first, slots_.count * Stride);
    const_cast<volatile std::size_t&>(slots_.count) = 0;
    const_cast<std::byte* volatile&>(slots_.first) = nullptr;
  }

  [[nodiscard]] bool contains(const void* address) const noexcept {
    const auto distance =
        reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(slots_.first);
    return distance < slots_.count * Stride;
  }
  [[nodiscard]] std::size_t index_of(const void* slot) const noexcept { return slots_.index(slot); }
  [[nodiscard]] std::byte* address(std::size_t index) const noexcept {
    return slots_.address(index);
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return slots_.count; }
  [[nodiscard]] const slot_area<Stride>& slots() const noexcept { return slots_; }

  // -- Objects whose destructor runs --

  /// Returns: what finish_end needs; nullptr if the object's end was begun before.
  [[nodiscard]] std::byte* begin_end(std::size_t index) noexcept {
    if constexpr (!Ends) return &no_mark;
    std::byte& mark = ending_[index];
    if (mark != std::byte{0}) [[unlikely]] {
      return nullptr;
    }
    mark = std::byte{1};
    return &mark;
  }
  static void finish_end(std::byte* mark) noexcept {
    if constexpr (Ends) *mark = std::byte{0};
  }
  [[nodiscard]] bool is_ending(std::size_t index) const noexcept {
    return Ends && ending_[index] != std::byte{0};
  }

  // -- Iteration --

  /// Effects: the first `opened` slots are shown, until they are hidden.
  void show(std::size_t opened) const noexcept {
    for (std::size_t word = 0; word < words_for(opened); ++word) {
      shown_[word] = mask_of_word(word, opened);
    }
  }
  void hide(const std::byte* slot) const noexcept {
    const std::size_t index = slots_.index(slot);
    shown_[index / bits_per_word] &= ~bit_of(index);
  }

  /// Returns: the first slot shown at `from` or later; `capacity()` when there is none.
  [[nodiscard]] std::size_t next_live(std::size_t from) const noexcept {
    return find_set(shown_, slots_.count, from);
  }

 protected:
  /// Effects: calls `visit(slot)` for each slot shown that is not free, by address. The
  ///   visitor may release that slot, or any other.
  template <class Visitor>
  void for_each_shown(const free_set& free, Visitor&& visit) const {
    for_each_bit(shown_, slots_.count, [&](std::size_t index) {
      std::byte* const slot = slots_.address(index);
      prefetch_ahead(slot);
      if (free.is_as_sealed() || !free.contains(slot)) [[likely]] {
        visit(slot);
      }
    });
  }

 private:
  [[nodiscard]] static constexpr std::size_t shown_bytes(std::size_t count) noexcept {
    return words_for(count) * sizeof(std::uint64_t);
  }

  static inline std::byte no_mark{};  // any address, which the compiler knows is not null

  slot_area<Stride> slots_;
  std::byte* ending_ = nullptr;
  std::uint64_t* shown_ = nullptr;
};

}  // namespace strata::detail
