// Where an arena's chunks come from and go back to: pages, or an upstream; and
// which account is charged. Not for programs.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <optional>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/arena/arena_options.hpp>
#include <strata/resource/page_resource.hpp>
#include <strata/resource/resource.hpp>

namespace strata::detail {

class arena_source {
 public:
  explicit arena_source(const arena_options& options);

  /// Returns: at least `bytes`, or no block when refused.
  [[nodiscard]] sized_block take(std::size_t bytes, std::size_t alignment) noexcept;

  /// Effects: gives back what take gave, with the bytes it gave.
  void give(void* range, std::size_t bytes, std::size_t alignment) noexcept;

  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] std::optional<strata::account> account() const;

 private:
  [[nodiscard]] void* take_upstream(std::size_t bytes, std::size_t alignment) noexcept;

  page_resource* pages_ = nullptr;                 // of its own, or everybody's
  std::pmr::memory_resource* upstream_ = nullptr;  // instead of pages
  std::optional<page_resource> own_pages_;
  std::optional<strata::account> account_;  // for what comes from the upstream
  arena_range_callback* added_;
  arena_range_callback* removed_;
  void* context_;
  char name_[64];
};

}  // namespace strata::detail
