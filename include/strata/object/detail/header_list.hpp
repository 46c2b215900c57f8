// A list of objects that grows at its end by pieces of 4 KiB, and shrinks there: the
// stack and the work lists of a cycle collector. Not for programs.
#pragma once

#include <cstddef>

#include <strata/object/object_header.hpp>
#include <strata/pool/detail/pool_memory.hpp>

namespace strata::detail {

class header_list {
 public:
  explicit header_list(pool_memory& memory) noexcept : memory_(&memory) {}
  header_list(const header_list&) = delete;
  header_list& operator=(const header_list&) = delete;
  ~header_list();

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Returns: whether there was memory for it.
  [[nodiscard]] bool push(object_header& header) noexcept {
    if (last_ == nullptr || used_ == piece_entries) [[unlikely]] {
      if (!grow()) return false;
    }
    last_->entries[used_++] = &header;
    ++size_;
    return true;
  }

  /// Requires: not empty.
  [[nodiscard]] object_header& pop() noexcept {
    object_header& header = *last_->entries[--used_];
    --size_;
    if (used_ == 0) shrink();
    return header;
  }

  void clear() noexcept;
  void swap(header_list& other) noexcept;

  /// A place in the list, from its end towards its beginning.
  class cursor {
   public:
    cursor() noexcept = default;
    /// Returns: the next one; nullptr: there is none.
    [[nodiscard]] object_header* next() noexcept;

   private:
    friend header_list;
    void* piece_ = nullptr;
    std::size_t left_ = 0;
  };
  [[nodiscard]] cursor from_end() const noexcept;

 private:
  static constexpr std::size_t piece_entries = 511;
  struct piece {
    piece* previous;
    object_header* entries[piece_entries];
  };

  [[nodiscard]] bool grow() noexcept;
  void shrink() noexcept;
  void give(piece* gone) noexcept;

  pool_memory* memory_;
  piece* last_ = nullptr;
  piece* spare_ = nullptr;  // so that a list that wavers about a piece's end is quiet
  std::size_t used_ = 0;    // of the last piece
  std::size_t size_ = 0;
  bool is_growing_ = false;
};

}  // namespace strata::detail
