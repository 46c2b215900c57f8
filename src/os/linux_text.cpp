// See linux_text.hpp.
#include "os/linux_text.hpp"

#include <fcntl.h>

#include "os/linux_syscall.hpp"

namespace strata::os::linux_kernel {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view read_file(const char* path, std::span<char> buffer) noexcept {
  const long file = call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (failed(file)) return {};
  std::size_t size = 0;
  while (size < buffer.size()) {
    const long got = call(SYS_read, file, buffer.data() + size, buffer.size() - size);
    if (got == -EINTR) continue;
    if (failed(got) || got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  call(SYS_close, file);
  return {buffer.data(), size};
}

std::optional<std::uint64_t> leading_number(std::string_view text) noexcept {
  std::size_t at = text.find_first_not_of(" \t");
  if (at >= text.size() || !is_digit(text[at])) return std::nullopt;
  std::uint64_t value = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    const auto digit = static_cast<std::uint64_t>(text[at] - '0');
    if (value > (UINT64_MAX - digit) / 10) return UINT64_MAX;
    value = value * 10 + digit;
  }
  return value;
}

std::string_view after(std::string_view text, std::string_view label) noexcept {
  const std::size_t at = text.find(label);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + label.size());
  return take_line(text);
}

std::string_view take_line(std::string_view& text) noexcept {
  const std::size_t end = text.find('\n');
  const std::string_view line = slice(text, 0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace strata::os::linux_kernel
