// Reading the kernel's small text files (/proc, /sys) into a buffer of the
// caller, and finding numbers in them, without stdio or memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace strata::os::linux_kernel {

// What fits of the file; empty when it cannot be read. `path` is NUL-terminated.
[[nodiscard]] std::string_view read_file(const char* path, std::span<char> buffer) noexcept;

// The decimal number at the start of `text`, after blanks; stops at the first
// other character. Empty when there is no digit; the largest value on overflow.
[[nodiscard]] std::optional<std::uint64_t> leading_number(std::string_view text) noexcept;

// What follows the first `label` up to the end of its line; empty when absent.
[[nodiscard]] std::string_view after(std::string_view text, std::string_view label) noexcept;

// Like substr, which drags in the C++ runtime because it may throw. Positions
// past the end are the end.
[[nodiscard]] constexpr std::string_view slice(std::string_view text, std::size_t first,
                                               std::size_t count) noexcept {
  if (first > text.size()) first = text.size();
  const std::size_t rest = text.size() - first;
  return {text.data() + first, count < rest ? count : rest};
}

// Cuts the first line off `text`.
[[nodiscard]] std::string_view take_line(std::string_view& text) noexcept;

}  // namespace strata::os::linux_kernel
