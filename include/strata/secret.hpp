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

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <strata/account.hpp>
#include <strata/detail/adaptor.hpp>

namespace strata {

/// What a secret is made from; every member may be left out.
struct secret_options {
  std::string_view name;            ///< of its account; copied
  std::size_t limit = SIZE_MAX;     ///< of what it holds; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
  bool must_lock = true;            ///< false: give pages that the system refuses to lock, too
};

class secret final : public detail::resource_base<secret> {
 public:
  /// Effects: creates an account, and takes no pages yet.
  /// Throws: out_of_memory if the system refuses memory for the account.
  explicit secret(const secret_options& options = {});

  /// Requires: nothing is allocated any more, or the program ends with a diagnosis
  ///   that names the account.
  ~secret() override;

  secret(const secret&) = delete;
  secret& operator=(const secret&) = delete;

  /// Returns: a block and how many bytes it has: whole pages, all zero.
  /// Throws: as allocate.
  [[nodiscard]] sized_block allocate_at_least(std::size_t bytes,
                                              std::size_t alignment = default_alignment);

  /// Returns: the account that is charged.
  [[nodiscard]] strata::account account() const { return account_; }

 private:
  friend detail::resource_base<secret>;

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
  bool must_lock_;
};

}  // namespace strata
