// What a program stores instead of a pointer: the number of a slot and how often
// that slot was used before, in one word. A key may outlive its object, and then
// leads to nothing; it never leads to another object.
//
//   high                                   low
//   +--------------------+--------------------+
//   | generation, from 1 | index              |   64 bits: 32 and 32
//   +--------------------+--------------------+   32 bits: 12 and 20, or as one says
//
// The word 0 is the key of nothing.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>

namespace strata {

/// A key of an object of type T in a keyed_pool. `Bits` is its size, 32 or 64, and
/// `IndexBits` of them number the slots. Keys of different types do not mix; those
/// of one type mean something to the pool that made them only.
template <class T, unsigned Bits = 64, unsigned IndexBits = (Bits == 64 ? 32 : 20)>
class key {
  static_assert(Bits == 32 || Bits == 64, "a key has 32 or 64 bits");
  static_assert(IndexBits >= 1 && IndexBits <= 32 && IndexBits < Bits,
                "the index of a key has 1 to 32 bits");
  static_assert(Bits - IndexBits <= 32, "the generation of a key has 1 to 32 bits");

 public:
  using element_type = T;
  using word = std::conditional_t<Bits == 64, std::uint64_t, std::uint32_t>;

  static constexpr unsigned index_bits = IndexBits;
  static constexpr unsigned generation_bits = Bits - IndexBits;
  static constexpr std::uint32_t index_max =
      static_cast<std::uint32_t>((std::uint64_t{1} << index_bits) - 1);
  static constexpr std::uint32_t generation_max =
      static_cast<std::uint32_t>((std::uint64_t{1} << generation_bits) - 1);

  /// Effects: makes the key of nothing.
  constexpr key() noexcept = default;

  /// Requires: each fits into its bits.
  constexpr key(std::uint32_t index, std::uint32_t generation) noexcept
      : value_(static_cast<word>(static_cast<word>(generation) << index_bits | index)) {}

  /// Returns: the key whose value() was `value`, read back from a file, say. What
  ///   no pool made leads to nothing, or to what has that key by chance.
  [[nodiscard]] static constexpr key from_value(word value) noexcept {
    key made;
    made.value_ = value;
    return made;
  }

  [[nodiscard]] constexpr word value() const noexcept { return value_; }
  [[nodiscard]] constexpr std::uint32_t index() const noexcept {
    return static_cast<std::uint32_t>(value_ & index_max);
  }
  [[nodiscard]] constexpr std::uint32_t generation() const noexcept {
    return static_cast<std::uint32_t>(value_ >> index_bits);
  }

  /// Returns: whether it was ever the key of something.
  constexpr explicit operator bool() const noexcept { return value_ != 0; }

  [[nodiscard]] friend constexpr bool operator==(key, key) noexcept = default;
  [[nodiscard]] friend constexpr std::strong_ordering operator<=>(key, key) noexcept = default;

 private:
  word value_ = 0;
};

}  // namespace strata

template <class T, unsigned Bits, unsigned IndexBits>
struct std::hash<strata::key<T, Bits, IndexBits>> {
  [[nodiscard]] std::size_t operator()(strata::key<T, Bits, IndexBits> key) const noexcept {
    return std::hash<typename strata::key<T, Bits, IndexBits>::word>{}(key.value());
  }
};
