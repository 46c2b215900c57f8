// Where a pool has its memory from: pages of its own in an account of its own, or
// an upstream, charged to an account when there is one. Not for programs.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <optional>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/resource/page_resource.hpp>

namespace strata::detail {

/// How a pool's options say where memory comes from.
struct pool_memory_options {
  std::string_view name;
  std::size_t limit;
  const account* parent;
  std::pmr::memory_resource* upstream;
};

class pool_memory {
 public:
  /// Throws: out_of_memory if the system refuses memory for the account.
  explicit pool_memory(const pool_memory_options& options);

  /// Returns: memory of whatever contents; nullptr if the upstream or the account refuses.
  [[nodiscard]] void* try_allocate(std::size_t bytes, std::size_t alignment) noexcept;

  void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept;

  /// Returns: the name of the account, or the one that was given.
  [[nodiscard]] std::string_view name() const noexcept { return name_; }

  /// Returns: the account that is charged; nothing over an upstream without one.
  [[nodiscard]] std::optional<strata::account> account() const;

  /// Effects: throws out_of_memory for a request of so many bytes.
  [[noreturn, gnu::cold]] void refuse(std::size_t bytes) const;

 private:
  std::optional<page_resource> pages_;
  std::optional<strata::account> account_;  // beside an upstream
  std::pmr::memory_resource* upstream_;
  char name_text_[64] = {};
  std::string_view name_;
};

}  // namespace strata::detail
