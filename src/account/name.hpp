// The name of an account: copied, because the caller's text may not outlive
// the call, and of fixed size, because nothing here may allocate.
#pragma once

#include <cstddef>
#include <string_view>

namespace strata::core {

// The longest prefix of `text` of at most `bytes_max` bytes that does not cut a
// UTF-8 sequence in two. Text that is not UTF-8 is cut somewhere near.
[[nodiscard]] constexpr std::string_view utf8_prefix(std::string_view text,
                                                     std::size_t bytes_max) noexcept {
  constexpr std::size_t continuation_max = 3;  // bytes that can follow a leading byte
  if (text.size() <= bytes_max) return text;
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  std::size_t end = bytes_max;
  while (end != 0 && bytes_max - end < continuation_max && continues(end)) --end;
  return {text.data(), continues(end) ? bytes_max : end};
}

// The last byte says how many of the others are not used: of a full name it is the zero
// that ends a text for C, as the bytes after a shorter name are.
class account_name {
 public:
  static constexpr std::size_t bytes_max = 63;

  constexpr account_name() noexcept : account_name(std::string_view()) {}

  constexpr explicit account_name(std::string_view text) noexcept {
    std::size_t size = 0;
    for (const char c : utf8_prefix(text, bytes_max)) data_[size++] = c;
    data_[bytes_max] = static_cast<char>(bytes_max - size);
  }

  [[nodiscard]] constexpr std::string_view view() const noexcept {
    return {data_, bytes_max - static_cast<std::size_t>(data_[bytes_max])};
  }

  // The same up to its first zero, which always comes.
  [[nodiscard]] constexpr const char* c_str() const noexcept { return data_; }

 private:
  char data_[bytes_max + 1] = {};
};

static_assert(sizeof(account_name) == account_name::bytes_max + 1, "one cache line of 64 bytes");

}  // namespace strata::core
