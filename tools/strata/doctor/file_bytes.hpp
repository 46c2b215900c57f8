// A file that is read by ranges, none of which is trusted to exist: it may be
// truncated, hostile, or larger than memory. Read with pread rather than mapped,
// since a file that shrinks meanwhile must not end us by SIGBUS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace strata::tool {

class file_bytes {
 public:
  // is_open() tells whether it could be opened; error() is errno then.
  explicit file_bytes(const std::filesystem::path& path);
  ~file_bytes();
  file_bytes(const file_bytes&) = delete;
  file_bytes& operator=(const file_bytes&) = delete;

  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] int error() const noexcept { return error_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  // True when all of it was there.
  [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> into) const;

  template <class T>
  [[nodiscard]] std::optional<T> read_object(std::uint64_t offset) const {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    if (!read(offset, std::as_writable_bytes(std::span(&value, 1)))) return std::nullopt;
    return value;
  }

  // Empty when any of it is missing, and when it is more than a table ever is.
  template <class T>
  [[nodiscard]] std::vector<T> read_array(std::uint64_t offset, std::uint64_t count) const {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!plausible(offset, count, sizeof(T))) return {};
    std::vector<T> values(count);
    if (!read(offset, std::as_writable_bytes(std::span(values)))) values.clear();
    return values;
  }

  // What there is of `count` bytes.
  [[nodiscard]] std::string read_text(std::uint64_t offset, std::size_t count) const;

 private:
  [[nodiscard]] bool plausible(std::uint64_t offset, std::uint64_t count, std::size_t each) const;

  int descriptor_;
  int error_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace strata::tool
