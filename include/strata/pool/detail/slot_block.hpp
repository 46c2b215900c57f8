// An area of slots, the strategy that hands them out, and a bit for each slot that
// is set while an object lives there. What fixed pools have one of, and growing
// pools one in each chunk. Not for programs.
//
//   slots                        | side memory
//   | slot 0 | slot 1 | ...      | live bits | kept bits | the strategy's own |
//
// The live bits are the strategy's where it keeps some. Kept bits, which only pools
// that recycle have, are set for slots in which a free object stays.
//
// Invariant: a slot is with the strategy if and only if its live bit is clear,
// except between begin_release and end_release.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <strata/base/detail/bit_words.hpp>
#include <strata/base/detail/poison.hpp>
#include <strata/base/detail/prefetch.hpp>
#include <strata/pool/slot_strategy.hpp>

namespace strata::detail {

/// `Keeps`: free objects may stay in their slots. `Ends`: the end of an object runs code,
/// which may release it once more; only blocks without live bits want to know.
template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
class slot_block {
 public:
  using place = slot_block*;
  static constexpr std::size_t stride = Stride;
  static constexpr bool has_live_bits = !occupancy_strategy<Strategy>;

  [[nodiscard]] static constexpr std::size_t side_bytes(std::size_t count) noexcept {
    const std::size_t bits = words_for(count) * sizeof(std::uint64_t);
    return (has_live_bits ? bits : 0) + (Keeps ? bits : 0) + Strategy::side_bytes(count);
  }

  /// Effects: begins with every slot free. `side` is aligned to 8.
  void open(std::byte* first, std::size_t count, std::byte* side) noexcept {
    area_ = {first, count};
    const std::size_t words = words_for(count);
    if constexpr (has_live_bits) side = open_bits(live_, side, words);
    if constexpr (Keeps) side = open_bits(kept_, side, words);
    strategy_.open(area_, side);
    poison(first, count * Stride);
  }

  /// Effects: from now on nothing is a slot, for those who look after the end. The
  ///   stores are volatile, because the compiler knows that this is the end.
  void close() noexcept {
    unpoison(area_.first, area_.count * Stride);
    const_cast<volatile std::size_t&>(area_.count) = 0;
    const_cast<std::byte* volatile&>(area_.first) = nullptr;
  }

  [[nodiscard]] std::byte* take() noexcept {
    std::byte* const slot = strategy_.take(area_);
    if (slot == nullptr) [[unlikely]] {
      return nullptr;
    }
    mark(area_.index(slot));
    unpoison(slot, Stride);
    return slot;
  }

  /// Returns: the first of so many neighbours; nullptr when there are none.
  [[nodiscard]] std::byte* take_run(std::size_t count) noexcept {
    std::byte* const first = strategy_.take_run(area_, count);
    if (first == nullptr) return nullptr;
    for (std::size_t i = 0; i < count; ++i) mark(area_.index(first) + i);
    unpoison(first, count * Stride);
    return first;
  }

  /// Effects: the object there, whose slot is about to be free, does not live any more.
  /// Returns: what end_release needs; nullptr if none lived there.
  template <bool Checked>
  [[nodiscard]] place begin_release(const void* object) noexcept {
    const std::size_t index = area_.index(object);
    if (Checked && index >= area_.count) [[unlikely]] {
      return nullptr;
    }
    std::uint64_t& word = word_of(index);
    if (Checked && (word >> index % bits_per_word & 1) == 0) [[unlikely]] {
      return nullptr;
    }
    // Cleared before the destructor runs, so that a release inside it is noticed; a
    // strategy's own bit would make the slot free for a take inside it.
    if constexpr (has_live_bits) word &= ~bit_of(index);
    return this;
  }

  /// Effects: the slot is free again.
  /// Returns: whether it was the last that was used.
  bool end_release(place, std::byte* slot) noexcept {
    strategy_.give(area_, slot);
    poison(slot, Stride);
    return --used_ == 0;
  }

  [[nodiscard]] bool contains(const void* address) const noexcept {
    const auto distance =
        reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(area_.first);
    return distance < area_.count * Stride;
  }

  [[nodiscard]] std::size_t index_of(const void* slot) const noexcept { return area_.index(slot); }
  [[nodiscard]] std::byte* address(std::size_t index) const noexcept {
    return area_.address(index);
  }
  [[nodiscard]] bool is_live(std::size_t index) const noexcept {
    return index < area_.count && test_bit(live_words(), index);
  }
  /// Returns: the first live slot at `from` or later; `capacity()` when there is none.
  [[nodiscard]] std::size_t next_live(std::size_t from) const noexcept {
    return find_set(live_words(), area_.count, from);
  }
  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  /// Effects: none, because the bits are there at any time.
  void show_live() const noexcept {}
  [[nodiscard]] std::size_t capacity() const noexcept { return area_.count; }

  /// Effects: calls `visit(std::byte* slot)` for each live slot by address. The visitor
  ///   may release that slot.
  template <class Visitor>
  void for_each_live(Visitor&& visit) const {
    for_each_bit(live_words(), area_.count, [&](std::size_t index) {
      std::byte* const slot = area_.address(index);
      prefetch_ahead(slot);
      visit(slot);
    });
  }

  // -- What pools that recycle need --

  void set_kept(std::size_t index) noexcept { kept_[index / bits_per_word] |= bit_of(index); }

  /// Returns: whether an object was kept there, which is now the caller's.
  [[nodiscard]] bool take_kept(std::size_t index) noexcept {
    if (!test_bit(kept_, index)) return false;
    kept_[index / bits_per_word] &= ~bit_of(index);
    unpoison(area_.address(index), Stride);
    return true;
  }

  /// Effects: `make(where)` makes an object in a free slot, which is kept there.
  template <class Make>
  void fill_kept(std::size_t index, Make&& make) {
    unpoison(area_.address(index), Stride);
    make(area_.address(index));
    set_kept(index);
    poison(area_.address(index), Stride);
  }

  template <class Visitor>
  void for_each_kept(Visitor&& visit) const {
    for_each_bit(kept_, area_.count, [&](std::size_t index) { visit(area_.address(index)); });
  }

  /// Returns: whether the counters agree with the bits.
  [[nodiscard]] bool invariant() const noexcept {
    std::size_t counted = 0;
    for_each_live([&](std::byte*) { ++counted; });
    return counted == used_ && used_ <= area_.count;
  }

 private:
  static std::byte* open_bits(std::uint64_t*& bits, std::byte* side, std::size_t words) noexcept {
    bits = reinterpret_cast<std::uint64_t*>(side);
    std::fill_n(side, words * sizeof(std::uint64_t), std::byte{0});  // there may be none
    return side + words * sizeof(std::uint64_t);
  }

  void mark(std::size_t index) noexcept {
    if constexpr (has_live_bits) live_[index / bits_per_word] |= bit_of(index);
    ++used_;
  }

  [[nodiscard]] const std::uint64_t* live_words() const noexcept {
    if constexpr (has_live_bits) {
      return live_;
    } else {
      return strategy_.taken_words();
    }
  }

  [[nodiscard]] std::uint64_t& word_of(std::size_t index) noexcept {
    return const_cast<std::uint64_t*>(live_words())[index / bits_per_word];
  }

  slot_area<Stride> area_;
  [[no_unique_address]] Strategy strategy_;
  std::uint64_t* live_ = nullptr;
  std::uint64_t* kept_ = nullptr;
  std::size_t used_ = 0;
};

}  // namespace strata::detail
