// The exception of a range that cannot grow: a bump region or a fixed buffer
// that is asked for more than it has left.
#pragma once

#include <cstddef>
#include <string_view>

#include <strata/base/error.hpp>

namespace strata {

/// Like its base, it is held in fixed space and allocates nothing.
class range_full final : public out_of_memory {
 public:
  /// Effects: describes a refused request of `bytes` bytes. account_name() is the
  ///   name of the range.
  range_full(std::string_view range, std::size_t bytes, std::size_t remaining) noexcept;

  /// Returns: one line that names the range, the bytes, and what was left.
  [[nodiscard]] const char* what() const noexcept override;

  /// Returns: the bytes that were left.
  [[nodiscard]] std::size_t remaining() const noexcept { return remaining_; }

 private:
  char what_[200];
  std::size_t remaining_;
};

namespace detail {

/// Throws: range_full.
[[noreturn, gnu::cold]] void refuse(std::string_view range, std::size_t bytes,
                                    std::size_t remaining);

}  // namespace detail

}  // namespace strata
