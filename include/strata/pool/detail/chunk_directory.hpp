// The chunks of a growing pool by address: for iteration in order, and to say for
// certain whether an address lies in one. The table of chunks answers mostly before it.
// Not for programs.
#pragma once

#include <cstddef>

#include <strata/pool/detail/pool_memory.hpp>

namespace strata::detail {

/// An ascending array of addresses. The first few need no memory.
class chunk_directory {
 public:
  explicit chunk_directory(pool_memory& memory) noexcept : memory_(&memory) {}
  ~chunk_directory();

  chunk_directory(const chunk_directory&) = delete;
  chunk_directory& operator=(const chunk_directory&) = delete;

  /// Returns: whether there is room for one more now.
  [[nodiscard]] bool make_room() noexcept;

  /// Requires: make_room succeeded; the chunk is not in it.
  /// Complexity: linear in the chunks above it.
  void insert(void* chunk) noexcept;

  /// Requires: the chunk is in it.
  void erase(const void* chunk) noexcept;

  [[nodiscard]] bool contains(const void* chunk) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] void* operator[](std::size_t at) const noexcept { return chunks_[at]; }

 private:
  static constexpr std::size_t few = 8;

  [[nodiscard]] std::size_t position(const void* chunk) const noexcept;

  pool_memory* memory_;
  void* few_[few] = {};
  void** chunks_ = few_;
  std::size_t size_ = 0;
  std::size_t room_ = few;
};

}  // namespace strata::detail
