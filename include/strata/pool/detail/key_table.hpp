// Which object lives under which index, and in which generation of it: what
// keyed_pool is made of. Not for programs.
//
//   entries  [ object | generation | next ]  [ ... ]  [ ... ]    16 bytes each
//
//   in use    object, and the generation of its key; next is a note of the owner's
//   free      no object, and the generation of the next key; next in the list
//   taken     no object, in no list: its object is being made
//   retired   no object, generation 0, in no list: all its generations are spent
//
// Invariants: find needs no more than the generation, because a free entry has no
// object, and no key of generation 0 is ever made. Entries are reused last in,
// first out, as pools reuse slots: where only the table uses the pool, entries in
// order are addresses in order, until an entry is retired.
#pragma once

#include <cstddef>
#include <cstdint>

#include <strata/pool/detail/pool_memory.hpp>

namespace strata::detail {

class key_table {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  // At most `entries_max` entries are ever made; a generation ends at
  // `generation_max`.
  key_table(const pool_memory_options& memory, std::size_t entries_max,
            std::uint32_t generation_max)
      : memory_(memory), entries_max_(entries_max), generation_max_(generation_max) {}
  ~key_table();

  key_table(const key_table&) = delete;
  key_table& operator=(const key_table&) = delete;

  // nullptr: nothing lives under that key.
  [[nodiscard]] void* find(std::uint32_t index, std::uint32_t generation) const noexcept {
    if (index >= made_ || entries_[index].generation != generation) return nullptr;
    return entries_[index].object;
  }

  // An entry that nobody else gets until it is put to use or put back; `none`
  // when there is none.
  [[nodiscard]] std::uint32_t take() noexcept {
    if (first_free_ == none) [[unlikely]] {
      return make();
    }
    const std::uint32_t index = first_free_;
    first_free_ = entries_[index].next;
    return index;
  }

  // The generation of the key under which the object is found from now on.
  std::uint32_t use(std::uint32_t index, void* object) noexcept {
    entries_[index].object = object;
    ++live_;
    return entries_[index].generation;
  }

  // An entry in use: its object lies somewhere else now.
  void move(std::uint32_t index, void* object) noexcept { entries_[index].object = object; }

  // An entry in use: a number for the table's owner. Of no particular value at first.
  [[nodiscard]] std::uint32_t& note(std::uint32_t index) noexcept { return entries_[index].next; }
  [[nodiscard]] std::uint32_t note(std::uint32_t index) const noexcept {
    return entries_[index].next;
  }

  // A taken entry, whose object could not be made.
  void put_back(std::uint32_t index) noexcept {
    entries_[index].next = first_free_;
    first_free_ = index;
  }

  // An entry in use: its key leads to nothing from now on.
  void free(std::uint32_t index) noexcept {
    entries_[index].object = nullptr;
    --live_;
    if (entries_[index].generation == generation_max_) [[unlikely]] {
      retire(index);
      return;
    }
    ++entries_[index].generation;
    put_back(index);
  }

  // The first index from `index` on that is in use; `made()` when none is.
  [[nodiscard]] std::uint32_t next_in_use(std::uint32_t index) const noexcept {
    while (index < made_ && entries_[index].object == nullptr) ++index;
    return index;
  }

  [[nodiscard]] void* object(std::uint32_t index) const noexcept { return entries_[index].object; }
  [[nodiscard]] std::uint32_t generation(std::uint32_t index) const noexcept {
    return entries_[index].generation;
  }

  // False: refused, and nothing has changed.
  [[nodiscard]] bool reserve(std::size_t entries) noexcept;

  [[nodiscard]] std::size_t live() const noexcept { return live_; }
  [[nodiscard]] std::size_t made() const noexcept { return made_; }
  [[nodiscard]] std::size_t retired() const noexcept { return retired_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return capacity_ * sizeof(entry); }

  // Throws: pool_exhausted when all keys are spent or in use, else out_of_memory.
  [[noreturn, gnu::cold]] void refuse(std::size_t object_bytes) const;

  // Whether the entries, the list and the counts agree with each other.
  [[nodiscard]] bool invariant() const noexcept;

 private:
  struct entry {
    void* object;
    std::uint32_t generation;
    std::uint32_t next;
  };

  [[nodiscard]] std::uint32_t make() noexcept;
  void retire(std::uint32_t index) noexcept;

  pool_memory memory_;
  entry* entries_ = nullptr;
  std::size_t capacity_ = 0;  // entries there is room for
  std::size_t entries_max_;
  std::uint32_t generation_max_;
  std::uint32_t made_ = 0;  // entries that were ever used
  std::uint32_t first_free_ = none;
  std::size_t live_ = 0;
  std::size_t retired_ = 0;
};

}  // namespace strata::detail
