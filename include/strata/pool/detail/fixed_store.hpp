// The slots of a fixed pool: one block of memory, taken once. Not for programs.
//
//   | slot 0 | slot 1 | ... | slot n - 1 | side memory of the slot block |
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <strata/pool/detail/pool_memory.hpp>
#include <strata/pool/detail/slot_block.hpp>
#include <strata/pool/detail/sparse_block.hpp>
#include <strata/pool/pool_options.hpp>

namespace strata::detail {

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
class fixed_store {
 public:
  using block_type = slot_block<Stride, Strategy, Keeps, Ends>;
  using place = typename block_type::place;
  static constexpr bool grows = false;
  static constexpr bool knows_peak = std::is_same_v<Strategy, sparse_set_slots>;
  static constexpr std::size_t alignment_max = std::size_t{1} << 30;

  /// Requires: the settings were checked.
  /// Throws: out_of_memory.
  explicit fixed_store(const pool_settings& settings)
      : memory_({settings.name, settings.limit, settings.parent, settings.upstream}),
        alignment_(
            std::max({settings.alignment, settings.slot_alignment, alignof(std::max_align_t)})),
        bytes_(side_offset(settings.capacity) + block_type::side_bytes(settings.capacity)) {
    auto* const first = static_cast<std::byte*>(memory_.try_allocate(bytes_, alignment_));
    if (first == nullptr) memory_.refuse(bytes_);
    block_.open(first, settings.capacity, first + side_offset(settings.capacity));
  }

  fixed_store(const fixed_store&) = delete;
  fixed_store& operator=(const fixed_store&) = delete;

  ~fixed_store() {
    if constexpr (Keeps) retire_(block_);
    std::byte* const first = block_.address(0);
    block_.close();
    memory_.deallocate(first, bytes_, alignment_);
  }

  /// Effects: takes a slot; `prepare(block)` is for stores that grow.
  template <class Prepare>
  [[nodiscard]] std::byte* take(Prepare&&) noexcept {
    return block_.take();
  }

  /// Returns: nullptr when no object lives at the address.
  template <bool Checked>
  [[nodiscard]] place begin_release(const void* object) noexcept {
    return block_.template begin_release<Checked>(object);
  }
  template <bool Checked>
  void end_release(place at, std::byte* slot) noexcept {
    block_.end_release(at, slot);
  }

  /// Returns: the block of a slot that the store gave.
  [[nodiscard]] block_type& block_of(const void*) noexcept { return block_; }

  [[nodiscard]] bool owns(const void* address) const noexcept { return block_.contains(address); }
  /// Returns: whether a slot begins at the address.
  [[nodiscard]] bool owns_slot(const void* address) const noexcept {
    return block_.index_of(address) < block_.capacity();
  }
  [[nodiscard]] std::size_t size() const noexcept { return block_.used(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return block_.capacity(); }
  [[nodiscard]] std::size_t maximum() const noexcept { return block_.capacity(); }
  [[nodiscard]] std::size_t growths() const noexcept { return 0; }
  [[nodiscard]] std::size_t peak() const noexcept requires knows_peak { return block_.peak(); }
  [[nodiscard]] std::size_t held_bytes() const noexcept { return bytes_; }
  [[nodiscard]] bool invariant() const noexcept { return block_.invariant(); }

  /// Effects: calls `visit(block)` for each block by address.
  template <class Visitor>
  void for_each_block(Visitor&& visit) {
    show_live();
    visit(block_);
  }
  template <class Visitor>
  void for_each_block(Visitor&& visit) const {
    show_live();
    visit(block_);
  }
  /// Effects: prepares for iteration over what lives now.
  void show_live() const noexcept { block_.show_live(); }

  /// Returns: whether the capacity is that large; it never changes.
  template <class Prepare>
  [[nodiscard]] bool provide(std::size_t slots, Prepare&&) noexcept {
    return slots <= capacity();
  }

  [[nodiscard]] std::size_t blocks() const noexcept { return 1; }
  [[nodiscard]] const block_type& block_at(std::size_t) const noexcept { return block_; }
  [[nodiscard]] std::size_t refused_bytes() const noexcept { return 0; }

  /// Effects: `retire(block)` will run before the block goes; it ends the objects that
  ///   are kept there.
  void set_retire(void (*retire)(block_type&) noexcept) noexcept requires Keeps {
    retire_ = retire;
  }

  [[nodiscard]] block_type& block() noexcept { return block_; }
  [[nodiscard]] const block_type& block() const noexcept { return block_; }
  [[nodiscard]] pool_memory& memory() noexcept { return memory_; }
  [[nodiscard]] const pool_memory& memory() const noexcept { return memory_; }

 private:
  [[nodiscard]] static constexpr std::size_t side_offset(std::size_t count) noexcept {
    return (count * Stride + 7) / 8 * 8;
  }

  block_type block_;  // first: the hot words share a cache line with the pool's address
  void (*retire_)(block_type&) noexcept = nullptr;
  pool_memory memory_;
  std::size_t alignment_;
  std::size_t bytes_;
};

}  // namespace strata::detail
