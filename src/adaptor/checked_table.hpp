// The records of strata::checked by address: a hash table with chains, in memory
// of its own, so that no write past a block reaches it. Records do not move.
//
//   buckets_ [ 0 | 1 | 2 | ... ] a power of two; doubles when chains get long
//              |
//              record -> record -> nullptr      records come from chunks and are
//                                               used again through a free list
//
// Refused memory never damages it: a larger bucket array that is refused leaves
// longer chains; a refused record is a nullptr. Not synchronised.
#pragma once

#include <cstddef>
#include <memory_resource>

#include "adaptor/checked_block.hpp"

namespace strata::core {

class checked_table {
 public:
  // `memory` gives chunks and bucket arrays; it outlives the table.
  explicit checked_table(std::pmr::memory_resource& memory) noexcept
      : memory_(&memory), chunks_(chunk_bytes, &memory) {}
  ~checked_table() { end_buckets(buckets_, bucket_count_); }

  checked_table(const checked_table&) = delete;
  checked_table& operator=(const checked_table&) = delete;

  // The record whose block starts at `user`; nullptr: none.
  [[nodiscard]] checked_block* find(const void* user) const noexcept;

  // A new record for `user`, which has none. nullptr: memory is refused.
  [[nodiscard]] checked_block* insert(std::byte* user) noexcept;

  void erase(checked_block& block) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // Calls `visit(checked_block&)` for each record, until it returns false. The
  // visitor must not insert or erase.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (std::size_t i = 0; i < bucket_count_; ++i) {
      for (checked_block* block = buckets_[i]; block != nullptr; block = block->next_in_bucket) {
        if (!visit(*block)) return;
      }
    }
  }

 private:
  static constexpr std::size_t chunk_bytes =
      16 * base::kib - 64;                                // the first; later ones are larger
  static constexpr std::size_t first_bucket_count = 512;  // one page of pointers

  [[nodiscard]] std::size_t bucket_of(const void* user) const noexcept;
  [[nodiscard]] checked_block* make() noexcept;
  void grow() noexcept;
  void end_buckets(checked_block** buckets, std::size_t count) noexcept;

  std::pmr::memory_resource* memory_;
  std::pmr::monotonic_buffer_resource chunks_;
  checked_block** buckets_ = nullptr;
  std::size_t bucket_count_ = 0;
  std::size_t size_ = 0;
  std::size_t grow_at_ = 0;        // the size; later again when memory was refused
  checked_block* free_ = nullptr;  // chained by next_in_bucket
};

}  // namespace strata::core
