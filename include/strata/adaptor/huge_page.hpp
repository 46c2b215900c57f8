// Pages that the operating system is asked to back by huge pages: fewer misses of
// the address cache for memory that is large and used all over.
//
//   strata::huge_page pages({.name = "index", .limit = 4ull << 30});
//   std::pmr::vector<entry> index(&pages);
//
// Each block has whole huge pages of its own, mapped for it and unmapped when it is
// freed. So it is for few and large requests, such as the chunks of an arena. The
// advice may be refused, and pages come one by one as they are touched.
//
// Ownership: what it gives out is its own, charged to an account. Threads: any.
// Equality: with itself only. Cost: a handful of system calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/resource/detail/accounted_pages.hpp>

namespace strata {

/// What a huge_page is made from; every member may be left out.
struct huge_page_options {
  std::string_view name;            ///< of its account; copied
  std::size_t limit = SIZE_MAX;     ///< of what it holds; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
};

/// When it ends, nothing of it may be allocated any more, or the program ends with a
/// diagnosis that names the account.
class huge_page final : public detail::accounted_pages<huge_page> {
 public:
  /// Effects: creates an account, and takes no pages yet.
  /// Throws: out_of_memory if the system refuses memory for the account.
  explicit huge_page(const huge_page_options& options = {});

  /// Returns: the size of a huge page, 2 MiB on most machines. Where the system has
  ///   none, that of a page, and this resource gives ordinary pages.
  [[nodiscard]] static std::size_t page_bytes() noexcept;

 private:
  friend detail::accounted_pages<huge_page>;
  static constexpr std::string_view kind = "huge page";

  [[nodiscard]] static std::size_t rounded(std::size_t bytes) noexcept;
  [[nodiscard]] static void* map(std::size_t size, std::size_t alignment) noexcept;
  static void unmap(void* block, std::size_t size, std::size_t alignment) noexcept;
};

}  // namespace strata
