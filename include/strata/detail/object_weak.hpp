// Which objects are observed by weak references, and the record that stands between the
// two: an object of its own, that weak references count, and that forgets the observed
// object when it dies. Most objects have none, so that headers have no room for one.
// Not for programs.
//
//   weak_ref --> | header | object | next |     found by the object's address
//                              |
//   ref -------> | header, observed | ... |
//
// A hash table with chains through the records, so that it can always take one more:
// when there is no memory for a larger table, chains grow instead. Invariant: each
// record in the table has one reference from it.
#pragma once

#include <cstddef>
#include <cstdint>

#include <strata/detail/pool_memory.hpp>

namespace strata::detail {

struct weak_record {
  void* object;  // nullptr once it is dead
  weak_record* next;
};

class object_weak_table {
 public:
  object_weak_table() noexcept = default;
  object_weak_table(const object_weak_table&) = delete;
  object_weak_table& operator=(const object_weak_table&) = delete;

  [[nodiscard]] weak_record* find(const void* object) const noexcept;

  /// Requires: there is none for its object.
  void add(weak_record& record, pool_memory& memory) noexcept;

  /// Effects: removes the record of the object. Returns: it; nullptr: there was none.
  weak_record* remove(const void* object) noexcept;

  /// Effects: forgets all records, and gives the table back.
  void clear(pool_memory& memory) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  // Objects are 16 bytes apart; a golden ratio spreads them.
  [[nodiscard]] weak_record*& bucket(const void* object) const noexcept {
    const auto at = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(object));
    return buckets_[(at >> 4) * 0x9e3779b97f4a7c15u >> shift_];
  }
  void grow(pool_memory& memory) noexcept;
  void give_back(pool_memory& memory) noexcept;

  weak_record* few_[2] = {};
  weak_record** buckets_ = few_;
  std::size_t bucket_count_ = 2;
  unsigned shift_ = 63;  // 64 less the logarithm of the buckets
  std::size_t size_ = 0;
};

}  // namespace strata::detail
