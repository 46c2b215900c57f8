// The exception of a refused request. Every function that may throw it has a
// `try_` twin, which returns nothing instead.
#pragma once

#include <cstddef>
#include <new>
#include <string_view>

namespace strata {

/// Memory was refused: by the limit of an account, or by the operating system.
///
/// Holds copies in fixed space, so that creating, copying and reading it
/// allocates nothing.
class out_of_memory : public std::bad_alloc {
 public:
  /// Effects: describes a refused request of `bytes` bytes. `account` names the
  ///   account that refused, or for which the system refused; at most its first
  ///   63 bytes are kept.
  out_of_memory(std::string_view account, std::size_t bytes) noexcept;

  /// Returns: one line that names the account and the bytes.
  [[nodiscard]] const char* what() const noexcept override;

  /// Returns: the name of the account. Valid as long as this object.
  [[nodiscard]] std::string_view account_name() const noexcept;

  /// Returns: the bytes that were asked for; 0 when unknown.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  char account_[64];
  char what_[160];
  std::size_t bytes_;
};

}  // namespace strata
