// Memory for keys and passwords: locked, so that it is never written to a swap
// device; left out of core dumps; between two pages that fault when touched; and
// wiped when it is freed.
//
//   strata::secret pages;
//   std::pmr::vector<std::byte> key(32, &pages);
//
//   std::pmr::unsynchronized_pool_resource small(&pages);   // many small ones
//   strata::wiping keys(small);
//
// Each block has pages of its own. How much a process may lock is bounded by the
// system (RLIMIT_MEMLOCK, often 8 MiB): what exceeds it is refused.
//
// What it does not do: the child of a fork has a copy that is not locked, registers
// and the stack may hold parts, and so may a machine that hibernates.
//
// Ownership: what it gives out is its own, charged to an account. Threads: any.
// Equality: with itself only. Cost: four system calls to allocate, one to free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/resource/detail/accounted_pages.hpp>

namespace strata {

/// What a secret is made from; every member may be left out.
struct secret_options {
  std::string_view name;            ///< of its account; copied
  std::size_t limit = SIZE_MAX;     ///< of what it holds; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
  bool must_lock = true;            ///< false: give pages that the system refuses to lock, too
};

/// When it ends, nothing of it may be allocated any more, or the program ends with a
/// diagnosis that names the account.
class secret final : public detail::accounted_pages<secret> {
 public:
  /// Effects: creates an account, and takes no pages yet.
  /// Throws: out_of_memory if the system refuses memory for the account.
  explicit secret(const secret_options& options = {});

 private:
  friend detail::accounted_pages<secret>;
  static constexpr std::string_view kind = "secret";

  [[nodiscard]] static std::size_t rounded(std::size_t bytes) noexcept;
  [[nodiscard]] void* map(std::size_t size, std::size_t alignment) const noexcept;
  static void unmap(void* block, std::size_t size, std::size_t alignment) noexcept;

  bool must_lock_;
};

}  // namespace strata
