// Which slot of which chunk of a growing pool begins at an address: answered for any
// address whatever, without a look at it, by one entry of a table. Not for programs.
//
//   address  | ...   | number of the chunk | within the chunk |
//                      mod the table's size
//                                  v
//   entries  ... | first slot, slots opened | none, 0 | first slot, slots opened | ...
//
// An entry is that of one chunk. The number of a slot is found from the distance to the
// first one, and only where a slot begins is it below those opened (slot_area): what lies
// in another chunk, or in none, is told from it by that comparison too.
//
// Two chunks may want the same entry; then the one that came later has none, and its
// slots are looked up in the directory. The table grows until that is not so, or is
// large for its chunks: up to a kilobyte for each, which have 64 and more.
//
// Invariant: an entry is empty, or it is right.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <strata/pool/detail/chunk_directory.hpp>
#include <strata/pool/detail/pool_memory.hpp>
#include <strata/pool/slot_strategy.hpp>

namespace strata::detail {

/// Of chunks that are aligned to Chunk::chunk_bytes.
template <class Chunk>
class chunk_table {
 public:
  explicit chunk_table(pool_memory& memory) noexcept : memory_(&memory) {}
  chunk_table(const chunk_table&) = delete;
  chunk_table& operator=(const chunk_table&) = delete;

  /// Effects: from now on no address is in it, for those who look after the end. The
  ///   stores are volatile, because the compiler knows that this is the end.
  ~chunk_table() {
    release();
    for (entry& each : few_) const_cast<volatile std::size_t&>(each.opened) = 0;
    const_cast<entry* volatile&>(entries_) = few_;
    const_cast<volatile std::uintptr_t&>(mask_) = mask_for(few);
  }

  /// Returns: whether a slot that was opened begins at the address, of a chunk that has
  ///   an entry.
  [[nodiscard]] bool begins_slot(const void* address) const noexcept {
    const entry& of = at(address);
    return slot_area<Chunk::stride>{of.first, of.opened}.index(address) < of.opened;
  }

  /// Effects: gives the chunk an entry if it can. Requires: it is one of `all`.
  void insert(const chunk_directory& all, const Chunk& added) noexcept {
    put(added);
    while (size_ < all.size() * 2 || (crowded_ && size_ < all.size() * entries_per_chunk)) {
      if (!resize(all, size_ * step)) return;
    }
  }

  /// Effects: slots of the chunk were opened.
  void update(const Chunk& of) noexcept {
    entry& own = at(&of);
    if (own.first == of.block.address(0)) own.opened = of.opened();
  }

  /// Effects: the chunk is in it no more; room for many more than are left goes back.
  ///   Requires: it is none of `left`, which are all.
  void erase(const chunk_directory& left, const Chunk& gone) noexcept {
    entry& own = at(&gone);
    if (own.first == gone.block.address(0)) own = {};
    if (size_ > few && size_ > left.size() * entries_per_chunk * step) {
      static_cast<void>(resize(left, std::max(few, std::bit_ceil(left.size() * 2))));
    }
  }

  /// Returns: whether no entry is wrong about a chunk.
  [[nodiscard]] bool invariant(const Chunk& of) const noexcept {
    const entry& own = at(&of);
    return own.first != of.block.address(0) || own.opened == of.opened();
  }

  [[nodiscard]] std::size_t held_bytes() const noexcept {
    return entries_ == few_ ? 0 : size_ * sizeof(entry);
  }

 private:
  struct entry {
    std::byte* first = nullptr;
    std::size_t opened = 0;
  };
  static constexpr std::size_t few = 8;
  static constexpr std::size_t step = 2;
  static constexpr std::size_t entries_per_chunk = 32;

  // An address is shifted to where its chunk's number counts entries in bytes.
  static constexpr int shift = std::countr_zero(Chunk::chunk_bytes / sizeof(entry));
  static_assert(std::has_single_bit(sizeof(entry)) && Chunk::chunk_bytes > sizeof(entry));
  [[nodiscard]] static constexpr std::uintptr_t mask_for(std::size_t size) noexcept {
    return (size - 1) * sizeof(entry);
  }

  [[nodiscard]] entry& at(const void* address) const noexcept {
    const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(address) >> shift & mask_;
    return *reinterpret_cast<entry*>(reinterpret_cast<std::byte*>(entries_) + offset);
  }

  void put(const Chunk& of) noexcept {
    entry& own = at(&of);
    crowded_ = crowded_ || own.first != nullptr;
    if (own.first == nullptr) own = {of.block.address(0), of.opened()};
  }

  // Without memory for another size the table stays as it is.
  [[nodiscard]] bool resize(const chunk_directory& all, std::size_t size) noexcept {
    void* const memory =
        size == few ? few_ : memory_->try_allocate(size * sizeof(entry), alignof(entry));
    if (memory == nullptr) return false;
    release();
    entries_ = static_cast<entry*>(memory);
    std::uninitialized_fill_n(entries_, size, entry{});
    size_ = size;
    mask_ = mask_for(size);
    crowded_ = false;
    for (std::size_t i = 0; i < all.size(); ++i) put(*static_cast<const Chunk*>(all[i]));
    return true;
  }

  void release() noexcept {
    if (entries_ != few_) memory_->deallocate(entries_, size_ * sizeof(entry), alignof(entry));
  }

  entry* entries_ = few_;
  std::uintptr_t mask_ = mask_for(few);
  std::size_t size_ = few;
  bool crowded_ = false;  // a chunk has no entry
  pool_memory* memory_;
  entry few_[few];
};

}  // namespace strata::detail
