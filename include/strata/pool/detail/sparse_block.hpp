// The slot block of sparse_set_slots, which needs no bit for what lives: a slot lives
// when it was taken once and is not in the set of free ones. What a fixed pool has one
// of. Not for programs.
//
// Invariant: between begin_release and end_release a slot is not free; its ending byte
// says that it does not live either, where an end runs code.
#pragma once

#include <cstddef>

#include <strata/pool/detail/slot_block.hpp>
#include <strata/pool/detail/sparse_area.hpp>
#include <strata/pool/sparse_set_slots.hpp>

namespace strata::detail {

template <std::size_t Stride, bool Ends>
class slot_block<Stride, sparse_set_slots, false, Ends> : public sparse_area<Stride, Ends> {
  using area = sparse_area<Stride, Ends>;

 public:
  using place = std::byte*;

  [[nodiscard]] static constexpr std::size_t side_bytes(std::size_t count) noexcept {
    return area::side_bytes(count) + sparse_set_slots::side_bytes(count);
  }

  /// Effects: begins with every slot free. `side` is aligned to 8.
  void open(std::byte* first, std::size_t count, std::byte* side) noexcept {
    strategy_.open(this->slots(), area::open(first, count, side));
  }

  void close() noexcept {
    strategy_.close();
    area::close();
  }

  [[nodiscard]] std::byte* take() noexcept {
    std::byte* const slot = strategy_.take(this->slots());
    if (slot == nullptr) [[unlikely]] {
      return nullptr;
    }
    unpoison(slot, Stride);
    return slot;
  }

  /// Returns: what end_release needs; nullptr if no object lives there.
  template <bool Checked>
  [[nodiscard]] place begin_release(const void* object) noexcept {
    const std::size_t index = this->index_of(object);
    if (Checked && index >= strategy_.opened()) [[unlikely]] {
      return nullptr;
    }
    if (Checked && strategy_.free().contains(static_cast<const std::byte*>(object))) [[unlikely]] {
      return nullptr;
    }
    return this->begin_end(index);
  }

  /// Effects: the slot is free again.
  void end_release(place at, std::byte* slot) noexcept {
    area::finish_end(at);
    strategy_.give(this->slots(), slot);
    poison(slot, Stride);
  }

  [[nodiscard]] bool is_live(std::size_t index) const noexcept {
    return index < strategy_.opened() && !this->is_ending(index) &&
           !strategy_.free().contains(this->address(index));
  }
  [[nodiscard]] std::size_t used() const noexcept {
    return strategy_.opened() - strategy_.free().size();
  }
  /// Returns: the most that were ever used at once: a slot is opened when none is free.
  [[nodiscard]] std::size_t peak() const noexcept { return strategy_.opened(); }

  /// Effects: writes down what lives, by address, for those who iterate.
  /// Complexity: linear in the slots released since the last time; if a slot that was
  ///   free then was taken meanwhile, linear in the free slots.
  void show_live() const noexcept {
    if (!strategy_.free().is_sealed()) this->show(strategy_.opened());
    strategy_.free().for_each_unsealed([&](const std::byte* slot) { this->hide(slot); });
    strategy_.free().seal();
  }

  /// Effects: calls `visit(std::byte* slot)` for each live slot by address. The visitor
  ///   may release any slot.
  template <class Visitor>
  void for_each_live(Visitor&& visit) const {
    this->for_each_shown(strategy_.free(), visit);
  }

  /// Returns: whether each slot that is free was opened, and knows it is free.
  [[nodiscard]] bool invariant() const noexcept {
    bool agrees = strategy_.opened() <= this->capacity();
    strategy_.free().for_each([&](const std::byte* slot) {
      agrees =
          agrees && this->index_of(slot) < strategy_.opened() && strategy_.free().contains(slot);
    });
    return agrees;
  }

 private:
  mutable sparse_set_slots strategy_;  // const functions set its seal, nothing else
};

}  // namespace strata::detail
