// The slots of one chunk of a growing pool whose free slots are in one set with those of
// all other chunks. Not for programs.
//
//   | slot 0 | slot 1 | ... | slot n - 1 |
//                       ^ opened: slots before it were taken at least once
#pragma once

#include <cstddef>

#include <strata/pool/detail/common_free_set.hpp>
#include <strata/pool/detail/sparse_area.hpp>

namespace strata::detail {

template <std::size_t Stride, bool Ends>
class sparse_chunk : public sparse_area<Stride, Ends> {
  using area = sparse_area<Stride, Ends>;

 public:
  /// Effects: the chunk's slots are in this set while they are free.
  void join(const common_free_set& free) noexcept { free_ = &free; }

  /// Returns: a slot that was never taken; nullptr when there is none.
  [[nodiscard]] std::byte* take() noexcept {
    if (opened_ == this->capacity()) return nullptr;
    std::byte* const slot = this->address(opened_++);
    ++used_;
    unpoison(slot, Stride);
    return slot;
  }

  /// Returns: what end_release needs; nullptr if no object lives there. Requires: a slot
  ///   that was opened begins there.
  template <bool Checked>
  [[nodiscard]] std::byte* begin_release(const void* object, const common_free_set& free) noexcept {
    if (Checked && free.contains(static_cast<const std::byte*>(object))) [[unlikely]] {
      return nullptr;
    }
    return this->begin_end(this->index_of(object));
  }
  /// Effects: the slot is free again.
  static void end_release(std::byte* at, std::byte* slot, common_free_set& free) noexcept {
    area::finish_end(at);
    free.push(slot);
    poison(slot, Stride);
  }

  [[nodiscard]] std::size_t opened() const noexcept { return opened_; }

  // How many of its slots are used: as the pool last told it.
  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  void set_used(std::size_t used) noexcept { used_ = used; }

  /// Effects: calls `visit(std::byte* slot)` for each live slot by address, of those that
  ///   were shown. The visitor may release any slot.
  template <class Visitor>
  void for_each_live(Visitor&& visit) const {
    this->for_each_shown(*free_, visit);
  }

 private:
  const common_free_set* free_ = nullptr;
  std::size_t opened_ = 0;
  std::size_t used_ = 0;
};

}  // namespace strata::detail
