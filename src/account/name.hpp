// The name of an account: copied, because the caller's text may not outlive
// the call, and of fixed size, because nothing here may allocate.
#pragma once

#include <cstddef>
#include <cstdint>
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

class account_name {
 public:
  static constexpr std::size_t bytes_max = 63;

  constexpr account_name() noexcept = default;

  constexpr explicit account_name(std::string_view text) noexcept {
    for (const char c : utf8_prefix(text, bytes_max)) data_[size_++] = c;
  }

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {data_, size_}; }

 private:
  char data_[bytes_max] = {};
  std::uint8_t size_ = 0;
};

static_assert(sizeof(account_name) == account_name::bytes_max + 1, "one cache line of 64 bytes");

}  // namespace strata::core
