// Free slots as a sparse set: a stack of their addresses, and in the first word of
// each free slot where on the stack it stands. Not for programs.
//
//   cells   | null | slot 7 | slot 2 | slot 9 |      |      |
//             ^        ^                 ^ cursor
//             cells    |
//   slot 7  | ---------+ | ...
//
// Preston Briggs and Linda Torczon, An Efficient Representation for Sparse Sets,
// 1993. A slot is free if and only if its first word leads to a cell up to the cursor
// in which the slot stands. In a live slot that word is the object's and may hold
// anything: a cell that names the slot is what it cannot make up.
//
// To iterate, one writes down in another form what is free. A seal, a null among the
// cells, then parts the slots that were written down from those above it, which were
// not yet; `pop` stops there as it does at the end.
//
// Invariant: each cell above the first and up to the cursor has a slot whose first
// word is that cell's address, or is the seal; no slot stands in two.
#pragma once

#include <cstddef>
#include <cstdint>

namespace strata::detail {

class free_set {
 public:
  static constexpr std::size_t cell_bytes = sizeof(std::byte*);

  /// Returns: cells for so many slots. One is the null below them, one the seal, and one lies
  ///   above, for `contains` to read into where an object holds an address between two.
  [[nodiscard]] static constexpr std::size_t cells_for(std::size_t slots) noexcept {
    return slots + 3;
  }

  /// Effects: begins with no slot in it, and room for so many.
  void open(std::byte** cells, std::size_t slots) noexcept {
    cells_ = cells;
    cells_bytes_ = (cells_for(slots) - 1) * cell_bytes;
    cursor_ = cells;
    seal_ = nullptr;
    *cells = nullptr;
  }

  /// Returns: the slot that was added last, which is in it no more; nullptr when there
  ///   is none above the seal.
  [[nodiscard]] std::byte* pop() noexcept {
    std::byte* const slot = *cursor_;
    if (slot != nullptr) [[likely]] {
      --cursor_;
    }
    return slot;
  }

  void push(std::byte* slot) noexcept {
    std::byte** const cell = cursor_ + 1;
    *cell = slot;
    write_word(slot, cell);
    cursor_ = cell;
  }

  /// Returns: whether the slot is in it; of any slot that ever was, or is live.
  // What it reads of a live object may be poisoned by the program, or unaligned.
  [[nodiscard, gnu::no_sanitize_address]] bool contains(const std::byte* slot) const noexcept {
    const std::uintptr_t cell = word_at(slot);
    const auto first = reinterpret_cast<std::uintptr_t>(cells_);
    if (cell - first >= cells_bytes_) [[likely]] {
      return false;
    }
    // Cells above the cursor hold what they did: slots that were taken since.
    return word_at(reinterpret_cast<const std::byte*>(cell)) ==
               reinterpret_cast<std::uintptr_t>(slot) &&
           cell <= reinterpret_cast<std::uintptr_t>(cursor_) && (cell - first) % cell_bytes == 0;
  }

  /// Effects: slots that are in it now are below the seal.
  void seal() noexcept {
    unseal();
    seal_ = ++cursor_;
    *seal_ = nullptr;
  }

  /// Effects: there is no seal. Returns: whether there was one.
  bool unseal() noexcept {
    if (seal_ == nullptr) return false;
    fill(seal_);
    seal_ = nullptr;
    return true;
  }

  /// Effects: the slot is in it no more, and the seal is gone. Requires: it was.
  void erase(const std::byte* slot) noexcept {
    unseal();
    fill(reinterpret_cast<std::byte**>(word_at(slot)));
  }

  /// Effects: goes on in other cells, for so many slots. The seal is gone.
  void move_to(std::byte** cells, std::size_t slots) noexcept {
    unseal();
    const std::size_t count = size();
    *cells = nullptr;
    for (std::size_t at = 1; at <= count; ++at) {
      cells[at] = cells_[at];
      write_word(cells[at], &cells[at]);
    }
    cells_ = cells;
    cells_bytes_ = (cells_for(slots) - 1) * cell_bytes;
    cursor_ = cells + count;
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return static_cast<std::size_t>(cursor_ - cells_) - (seal_ != nullptr ? 1 : 0);
  }

  /// Effects: calls `visit(std::byte* slot)` for each, in no order.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (std::byte** cell = cells_ + 1; cell <= cursor_; ++cell) {
      if (*cell != nullptr) visit(*cell);
    }
  }

  /// Effects: calls it for each above the seal; for all when there is none.
  template <class Visitor>
  void for_each_unsealed(Visitor&& visit) const {
    for (std::byte** cell = (seal_ != nullptr ? seal_ : cells_) + 1; cell <= cursor_; ++cell) {
      visit(*cell);
    }
  }
  [[nodiscard]] bool is_sealed() const noexcept { return seal_ != nullptr; }
  /// Returns: whether in it are exactly those that were in it when it was sealed.
  [[nodiscard]] bool is_as_sealed() const noexcept { return cursor_ == seal_; }

 protected:
  [[nodiscard]] std::byte** cells() const noexcept { return cells_; }

 private:
  // Objects of any type end and begin in a slot, at any alignment; a word of it is
  // read as it is, by volatile, whatever the compiler knows of those objects.
  struct [[gnu::packed, gnu::may_alias]] word {
    std::uintptr_t value;
  };

  [[nodiscard, gnu::no_sanitize_address]] static std::uintptr_t word_at(
      const std::byte* at) noexcept {
    return reinterpret_cast<const volatile word*>(at)->value;
  }
  [[gnu::no_sanitize_address]] static void write_word(std::byte* slot, std::byte** cell) noexcept {
    reinterpret_cast<word*>(slot)->value = reinterpret_cast<std::uintptr_t>(cell);
  }

  // The slot on top goes into that cell, unless it is its own.
  void fill(std::byte** cell) noexcept {
    *cell = *cursor_;
    if (cell != cursor_) write_word(*cell, cell);
    --cursor_;
  }

  std::byte** cursor_ = nullptr;  // the cell on top
  std::byte** cells_ = nullptr;
  std::size_t cells_bytes_ = 0;  // in which an object's word may lead to a cell
  std::byte** seal_ = nullptr;
};

}  // namespace strata::detail
