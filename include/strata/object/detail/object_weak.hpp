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

#include <strata/pool/detail/pool_memory.hpp>

namespace strata::detail {

struct weak_record {
  void* object;  // nullptr once it is dead
  weak_record* next;
};

/// Where the chains of a table begin.
struct weak_buckets {
  weak_record** first = nullptr;
  std::size_t count = 0;
};

class object_weak_table {
 public:
  object_weak_table() noexcept = default;
  object_weak_table(const object_weak_table&) = delete;
  object_weak_table& operator=(const object_weak_table&) = delete;

  [[nodiscard]] weak_record* find(const void* object) const noexcept;

  /// Returns: buckets for a larger table when this one is full; none when it is not, and
  ///   when memory is refused. What relieves its account may use the table meanwhile, so
  ///   nobody may hold a lock that the table is under.
  [[nodiscard]] weak_buckets try_allocate_more(pool_memory& memory) const noexcept;

  /// Effects: the records lie in those buckets now, if they are more than there are.
  /// Returns: the buckets that nobody needs now, for give_back.
  [[nodiscard]] weak_buckets move_to(weak_buckets more) noexcept;

  static void give_back(weak_buckets gone, pool_memory& memory) noexcept;

  /// Requires: there is none for its object.
  void add(weak_record& record) noexcept;

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

  weak_record* few_[2] = {};
  weak_record** buckets_ = few_;
  std::size_t bucket_count_ = 2;
  unsigned shift_ = 63;  // 64 less the logarithm of the buckets
  std::size_t size_ = 0;
};

}  // namespace strata::detail
