// What a cycle collector notes about each object it examines: a word for each place
// where a header can be, in leaves of 16 KiB for 64 KiB of addresses each. Not for
// programs.
//
//   directory  hash of address / 64 KiB ---> leaf  [ word | word | ... 4096 ]
//   word       known 1 | live 1 | references from other known objects 30
//
// Objects that lie together have words that lie together, and nothing moves when the
// table grows but the directory: 16 bytes for each leaf. Hash tables with an entry for
// each object have to be rehashed, which does not fit into a step.
#pragma once

#include <cstddef>
#include <cstdint>

#include <strata/object/object_header.hpp>
#include <strata/pool/detail/pool_memory.hpp>

namespace strata::detail {

class cycle_table {
 public:
  static constexpr std::uint32_t known = 0x80000000;
  static constexpr std::uint32_t live = 0x40000000;
  static constexpr std::uint32_t count_bits = 0x3fffffff;

  static constexpr std::size_t leaf_addresses = std::size_t{64} << 10;
  static constexpr std::size_t leaf_words = leaf_addresses / object_header_bytes;

  explicit cycle_table(pool_memory& memory) noexcept : memory_(&memory) {}
  cycle_table(const cycle_table&) = delete;
  cycle_table& operator=(const cycle_table&) = delete;
  ~cycle_table();

  /// Returns: the word of an object; nullptr: there is no leaf for it.
  [[nodiscard]] std::uint32_t* find(const object_header& header) noexcept {
    const std::uintptr_t page = page_of(header);
    if (page != recent_page_ && !look_up(page)) return nullptr;
    return &recent_leaf_[word_of(header)];
  }

  /// Returns: as find, and makes the leaf; nullptr: there is no memory for it.
  [[nodiscard]] std::uint32_t* obtain(const object_header& header) noexcept {
    std::uint32_t* const word = find(header);
    return word != nullptr ? word : add_leaf(header);
  }

  /// Goes over the known objects. What is added meanwhile may be met or not.
  class cursor {
   public:
    /// Returns: the next known object among the next 64 words; nullptr: none among them.
    [[nodiscard]] object_header* next(cycle_table& table) noexcept;
    [[nodiscard]] bool at_end(const cycle_table& table) const noexcept {
      return slot_ == table.capacity_;
    }

   private:
    friend cycle_table;
    std::size_t slot_ = 0;
    std::size_t word_ = 0;
  };

  /// Effects: forgets everything. Gives a leaf back.
  /// Returns: whether there are more to give back.
  [[nodiscard]] bool clear_some() noexcept;

  [[nodiscard]] std::size_t leaves() const noexcept { return leaves_; }
  [[nodiscard]] std::size_t bytes() const noexcept;

  /// What it is to take or give a leaf, beside looking at an object: zeros or page faults,
  /// and a system call at worst.
  static constexpr std::size_t leaf_work = 64;

 private:
  struct slot {
    std::uintptr_t page;  // + 1; 0: free
    std::uint32_t* leaf;
  };

  [[nodiscard]] static std::uintptr_t page_of(const object_header& header) noexcept {
    return reinterpret_cast<std::uintptr_t>(&header) / leaf_addresses;
  }
  [[nodiscard]] static std::size_t word_of(const object_header& header) noexcept {
    return reinterpret_cast<std::uintptr_t>(&header) % leaf_addresses / object_header_bytes;
  }
  [[nodiscard]] bool look_up(std::uintptr_t page) noexcept;
  [[nodiscard]] std::uint32_t* add_leaf(const object_header& header) noexcept;
  [[nodiscard]] bool grow() noexcept;
  void insert(std::uintptr_t page, std::uint32_t* leaf) noexcept;

  pool_memory* memory_;
  std::uintptr_t recent_page_ = UINTPTR_MAX;
  std::uint32_t* recent_leaf_ = nullptr;
  slot* slots_ = nullptr;
  std::size_t capacity_ = 0;  // a power of two, or 0
  std::size_t leaves_ = 0;
  std::size_t given_ = 0;  // slots that clear_some has passed
};

}  // namespace strata::detail
