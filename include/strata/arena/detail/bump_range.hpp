// Where a bump region's range comes from and goes back to: pages of its own, an
// upstream, or the caller's buffer, which stays the caller's.
//
//   own pages    | low guard |  begin() ... end()  | high guard |
//   otherwise                |  begin() ... end()  |
//
// Not for programs.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/arena/detail/guarded_range.hpp>
#include <strata/resource/page_resource.hpp>

namespace strata {

/// What a bump region is made from; every member may be left out.
struct bump_region_options {
  std::string_view name = {};       ///< in diagnoses, and of its account; cut to 63 bytes
  std::size_t limit = SIZE_MAX;     ///< of its account; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
  /// Where the range comes from; nullptr: pages of its own. With an upstream, an
  /// account is charged only if a name, a limit or a parent is given; where the
  /// upstream charges as well, the same bytes then stand in both accounts.
  std::pmr::memory_resource* upstream = nullptr;
};

namespace detail {

/// What the policy asks of the range itself.
struct bump_range_shape {
  std::size_t alignment;
  std::size_t guard_pages;
};

class bump_range {
 public:
  bump_range(std::size_t bytes, bump_range_shape shape, const bump_region_options& options);
  bump_range(std::span<std::byte> buffer, std::string_view name) noexcept;
  ~bump_range();
  bump_range(const bump_range&) = delete;
  bump_range& operator=(const bump_range&) = delete;

  [[nodiscard]] std::byte* begin() const noexcept { return begin_; }
  [[nodiscard]] std::byte* end() const noexcept { return end_; }
  [[nodiscard]] bool fresh() const noexcept { return pages_.has_value(); }
  [[nodiscard]] std::string_view name() const noexcept { return {name_, name_bytes_}; }
  [[nodiscard]] std::optional<strata::account> account() const;

 private:
  void keep_name(std::string_view name) noexcept;
  void take_pages(std::size_t bytes, bump_range_shape shape, const bump_region_options& options);
  void install_guards(std::size_t guard_bytes);
  void give_pages(std::byte* low, std::byte* high) noexcept;
  void take_upstream(std::size_t bytes, const bump_region_options& options);
  [[nodiscard]] void* allocate_charged(std::pmr::memory_resource& upstream, std::size_t bytes);

  std::byte* begin_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t alignment_ = 0;
  std::size_t guard_bytes_ = 0;  // on either side; 0: no guards
  std::pmr::memory_resource* upstream_ = nullptr;
  std::optional<page_resource> pages_;
  std::optional<strata::account> account_;  // of what came from the upstream
  guarded_range guarded_{};
  std::size_t name_bytes_ = 0;
  char name_[64] = {};
};

}  // namespace detail

}  // namespace strata
