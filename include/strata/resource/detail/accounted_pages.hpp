// What the resources that give whole pages of their own share: an account that is
// charged, and a count of blocks that must be zero at the end. The resource says
//
//   kind                              its name in diagnoses
//   rounded(bytes)                    the bytes of a block; 0: there is no such size
//   map(size, alignment)              zeroed pages; nullptr when refused
//   unmap(block, size, alignment)     the way back
//
// Not for programs.
#pragma once

#include <atomic>
#include <cstddef>

#include <strata/account/account.hpp>
#include <strata/base/detail/diagnosis.hpp>
#include <strata/resource/detail/adaptor.hpp>

namespace strata::detail {

template <class Derived>
class accounted_pages : public resource_base<Derived> {
  friend resource_base<Derived>;

 public:
  accounted_pages(const accounted_pages&) = delete;
  accounted_pages& operator=(const accounted_pages&) = delete;

  /// Returns: a block and how many bytes it has: whole pages, all zero.
  /// Throws: as allocate.
  [[nodiscard]] sized_block allocate_at_least(
      std::size_t bytes, std::size_t alignment = accounted_pages::default_alignment) {
    return {this->allocate(bytes, alignment), Derived::rounded(bytes)};
  }

  /// Returns: the account that is charged.
  [[nodiscard]] strata::account account() const { return account_; }

 protected:
  explicit accounted_pages(const account_options& options) : account_(options) {}

  ~accounted_pages() override {
    const std::size_t blocks = blocks_.load(std::memory_order_acquire);
    if (blocks != 0) report_pages_in_use(Derived::kind, account_.name(), blocks);
  }

 private:
  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    void* const block = take(Derived::rounded(bytes), alignment);
    if (block == nullptr) [[unlikely]]
      return Asking::refuse(account_.name(), bytes);
    return block;
  }

  [[nodiscard]] void* take(std::size_t size, std::size_t alignment) noexcept {
    if (size == 0 || !account_.charge(size)) return nullptr;
    void* const block = static_cast<Derived&>(*this).map(size, alignment);
    if (block == nullptr) {
      account_.discharge(size);
    } else {
      blocks_.fetch_add(1, std::memory_order_relaxed);
    }
    return block;
  }

  void give_back(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t size = Derived::rounded(bytes);
    Derived::unmap(block, size, alignment);
    account_.discharge(size);
    blocks_.fetch_sub(1, std::memory_order_release);
  }

  strata::account account_;
  std::atomic<std::size_t> blocks_{0};
};

}  // namespace strata::detail
