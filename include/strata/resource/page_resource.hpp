// Whole pages from the regions that all of strata's resources draw from: what
// arenas, pools and bump regions stand on when they are given nothing else.
//
//   strata::page_resource pages({.name = "frames", .limit = 64 << 20});
//   std::pmr::monotonic_buffer_resource buffer(1 << 20, &pages);
//
// For few and large requests: each has pages of its own, which go back to the
// operating system when it ends. All sizes are bytes.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/resource/resource.hpp>

namespace strata {

/// What a page resource is made from; every member may be left out.
struct page_resource_options {
  std::string_view name;            ///< of its account; copied
  std::size_t limit = SIZE_MAX;     ///< of what it holds; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
};

/// May be used by several threads at once.
class page_resource final : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t default_alignment = alignof(std::max_align_t);

  /// Effects: creates an account, and takes no pages yet.
  /// Throws: out_of_memory if the system refuses memory for the account.
  explicit page_resource(const page_resource_options& options = {});

  /// Requires: nothing is allocated any more. The program ends with a diagnosis
  ///   that names the account when something is.
  ~page_resource() override;

  page_resource(const page_resource&) = delete;
  page_resource& operator=(const page_resource&) = delete;

  /// Returns: pages of its own, at least `bytes`, all zero, for no bytes too.
  /// Requires: `alignment` is a power of two.
  /// Throws: out_of_memory, which names the account, if the system or a limit
  ///   refuses. Pressure handlers ran before.
  /// Complexity: a lock, and a search that is linear in regions at worst.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment = default_alignment);

  /// Returns: what allocate returns; nullptr where it throws.
  [[nodiscard]] void* try_allocate(std::size_t bytes,
                                   std::size_t alignment = default_alignment) noexcept;

  /// Returns: pages and how many bytes they have: `bytes` rounded up to pages.
  /// Throws: as allocate.
  [[nodiscard]] sized_block allocate_at_least(std::size_t bytes,
                                              std::size_t alignment = default_alignment);

  /// Effects: gives the pages back to the operating system; nullptr is ignored.
  /// Requires: live pages of this resource, with the size and alignment that were
  ///   asked for, or the size that was given.
  void deallocate(void* pages, std::size_t bytes,
                  std::size_t alignment = default_alignment) noexcept;

  /// Returns: the account that is charged.
  [[nodiscard]] strata::account account() const;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* pages, std::size_t bytes, std::size_t alignment) override;
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;

  strata::account account_;
};

/// Returns: the page resource for those who name none, with the account "pages".
///   It is never destroyed.
/// Throws: as page_resource's constructor, at the first call.
[[nodiscard]] page_resource& shared_pages();

}  // namespace strata
