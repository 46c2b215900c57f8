// Text of a fixed capacity, built without allocation: diagnoses are written
// when the heap may be corrupted, so they must not touch it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace strata::base {

// Appends until full, then drops silently; always NUL-terminated.
template <std::size_t Capacity>
class text {
 public:
  text& add(std::string_view part) noexcept {
    for (const char c : part) put(c);
    return *this;
  }

  text& add_decimal(std::uint64_t value) noexcept {
    char digits[20];
    std::size_t count = 0;
    do {
      digits[count++] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    while (count != 0) put(digits[--count]);
    return *this;
  }

  text& add_hex(std::uint64_t value) noexcept {
    add("0x");
    int shift = 60;
    while (shift > 0 && (value >> shift & 15) == 0) shift -= 4;
    for (; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
    return *this;
  }

  text& add_pointer(const void* pointer) noexcept {
    return add_hex(reinterpret_cast<std::uintptr_t>(pointer));
  }

  [[nodiscard]] std::string_view view() const noexcept { return {data_, size_}; }
  [[nodiscard]] const char* c_str() const noexcept { return data_; }

 private:
  void put(char c) noexcept {
    if (size_ + 1 >= Capacity) return;
    data_[size_++] = c;
    data_[size_] = '\0';
  }

  char data_[Capacity] = {};
  std::size_t size_ = 0;
};

}  // namespace strata::base
