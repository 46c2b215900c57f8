// strata::secret: an account in front of the system's locked pages.
#include <strata/secret.hpp>

#include <strata/detail/diagnosis.hpp>

#include "adaptor/secret_pages.hpp"

namespace strata {

static_assert(generous_resource<secret>);
static_assert(accounted_resource<secret>);

namespace {

using pages = core::secret_pages<os::platform>;

}  // namespace

secret::secret(const secret_options& options)
    : account_({.name = options.name, .limit = options.limit, .parent = options.parent}),
      must_lock_(options.must_lock) {}

secret::~secret() {
  const std::size_t blocks = blocks_.load(std::memory_order_acquire);
  if (blocks != 0) detail::report_pages_in_use("secret", account_.name(), blocks);
}

void* secret::take(std::size_t bytes, std::size_t alignment) noexcept {
  const std::size_t size = pages::rounded(bytes);
  if (size == 0 || !account_.charge(size)) return nullptr;
  void* const block = pages::take(size, alignment, must_lock_);
  if (block == nullptr) {
    account_.discharge(size);
  } else {
    blocks_.fetch_add(1, std::memory_order_relaxed);
  }
  return block;
}

sized_block secret::allocate_at_least(std::size_t bytes, std::size_t alignment) {
  void* const block = allocate(bytes, alignment);
  return {block, pages::rounded(bytes)};
}

void secret::give_back(void* block, std::size_t bytes, std::size_t alignment) noexcept {
  const std::size_t size = pages::rounded(bytes);
  pages::give(block, size, alignment);
  account_.discharge(size);
  blocks_.fetch_sub(1, std::memory_order_release);
}

}  // namespace strata
