// A Lisp value: one machine word.
//
//   ...nnnn nnn0   a whole number of 63 bits, times 2
//   ...aaaa 0001   the address of an object, which is a multiple of 16, plus 1
//   ...cccc cc11   nil, booleans, characters, and marks of the machine
//
// Zero is the number 0: slots of the stack that hold nothing are zeros, and need no
// care. A value does not own what it refers to; who counts it says so.
#pragma once

#include <cstdint>

namespace lisp {

struct value {
  std::uint64_t bits = 0;
  bool operator==(const value&) const = default;
};

inline constexpr value nil{0x03};
inline constexpr value no{0x07};
inline constexpr value yes{0x0b};
inline constexpr value nothing{0x0f};    // what `define` and `display` give
inline constexpr value unset{0x13};      // a variable before its definition
inline constexpr value tail_mark{0x17};  // the machine shall go on with a tail call
inline constexpr value loop_mark{0x1b};  // ... with the next turn of a loop
inline constexpr std::uint64_t character_mark = 0x1f;

[[nodiscard]] constexpr bool is_true(value v) noexcept { return v != no; }
[[nodiscard]] constexpr value boolean(bool b) noexcept { return b ? yes : no; }

// -- Whole numbers ----------------------------------------------------------------

inline constexpr std::int64_t number_most = INT64_MAX / 2;
inline constexpr std::int64_t number_least = INT64_MIN / 2;

[[nodiscard]] constexpr bool is_number(value v) noexcept { return (v.bits & 1) == 0; }
[[nodiscard]] constexpr bool are_numbers(value a, value b) noexcept {
  return ((a.bits | b.bits) & 1) == 0;
}
[[nodiscard]] constexpr std::int64_t number_of(value v) noexcept {
  return static_cast<std::int64_t>(v.bits) >> 1;
}
[[nodiscard]] constexpr value number(std::int64_t n) noexcept {
  return {static_cast<std::uint64_t>(n) << 1};
}

// -- Characters: bytes ----------------------------------------------------------------

[[nodiscard]] constexpr bool is_character(value v) noexcept {
  return (v.bits & 0xff) == character_mark;
}
[[nodiscard]] constexpr unsigned char character_of(value v) noexcept {
  return static_cast<unsigned char>(v.bits >> 8);
}
[[nodiscard]] constexpr value character(unsigned char c) noexcept {
  return {std::uint64_t{c} << 8 | character_mark};
}

// -- Objects ----------------------------------------------------------------------

[[nodiscard]] constexpr bool is_object(value v) noexcept { return (v.bits & 3) == 1; }
[[nodiscard]] inline void* address_of(value v) noexcept {
  return reinterpret_cast<void*>(v.bits - 1);
}
[[nodiscard]] inline value object(const void* address) noexcept {
  return {reinterpret_cast<std::uint64_t>(address) + 1};
}

}  // namespace lisp
