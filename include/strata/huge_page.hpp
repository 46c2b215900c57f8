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

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <strata/account.hpp>
#include <strata/detail/adaptor.hpp>

namespace strata {

/// What a huge_page is made from; every member may be left out.
struct huge_page_options {
  std::string_view name;            ///< of its account; copied
  std::size_t limit = SIZE_MAX;     ///< of what it holds; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
};

class huge_page final : public detail::resource_base<huge_page> {
 public:
  /// Effects: creates an account, and takes no pages yet.
  /// Throws: out_of_memory if the system refuses memory for the account.
  explicit huge_page(const huge_page_options& options = {});

  /// Requires: nothing is allocated any more, or the program ends with a diagnosis
  ///   that names the account.
  ~huge_page() override;

  huge_page(const huge_page&) = delete;
  huge_page& operator=(const huge_page&) = delete;

  /// Returns: pages and how many bytes they have: whole huge pages, all zero.
  /// Throws: as allocate.
  [[nodiscard]] sized_block allocate_at_least(std::size_t bytes,
                                              std::size_t alignment = default_alignment);

  /// Returns: the account that is charged.
  [[nodiscard]] strata::account account() const { return account_; }

  /// Returns: the size of a huge page, 2 MiB on most machines. Where the system has
  ///   none, that of a page, and this resource gives ordinary pages.
  [[nodiscard]] static std::size_t page_bytes() noexcept;

 private:
  friend detail::resource_base<huge_page>;

  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    void* const block = take(bytes, alignment);
    if (block == nullptr) [[unlikely]]
      return Asking::refuse(account_.name(), bytes);
    return block;
  }

  [[nodiscard]] void* take(std::size_t bytes, std::size_t alignment) noexcept;
  void give_back(void* block, std::size_t bytes, std::size_t alignment) noexcept;

  strata::account account_;
  std::atomic<std::size_t> blocks_{0};
};

}  // namespace strata
