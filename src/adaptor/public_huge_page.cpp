// strata::huge_page: an account in front of the system's huge pages.
#include <strata/huge_page.hpp>

#include <strata/detail/diagnosis.hpp>

#include "adaptor/huge_pages.hpp"

namespace strata {

static_assert(generous_resource<huge_page>);
static_assert(accounted_resource<huge_page>);

namespace {

using pages = core::huge_pages<os::platform>;

}  // namespace

huge_page::huge_page(const huge_page_options& options)
    : account_({.name = options.name, .limit = options.limit, .parent = options.parent}) {}

huge_page::~huge_page() {
  const std::size_t blocks = blocks_.load(std::memory_order_acquire);
  if (blocks != 0) detail::report_pages_in_use("huge page", account_.name(), blocks);
}

std::size_t huge_page::page_bytes() noexcept { return pages::page_bytes(); }

void* huge_page::take(std::size_t bytes, std::size_t alignment) noexcept {
  const std::size_t size = pages::rounded(bytes);
  if (size == 0 || !account_.charge(size)) return nullptr;
  void* const block = pages::take(size, alignment);
  if (block == nullptr) {
    account_.discharge(size);
  } else {
    blocks_.fetch_add(1, std::memory_order_relaxed);
  }
  return block;
}

sized_block huge_page::allocate_at_least(std::size_t bytes, std::size_t alignment) {
  void* const block = allocate(bytes, alignment);
  return {block, pages::rounded(bytes)};
}

void huge_page::give_back(void* block, std::size_t bytes, std::size_t) noexcept {
  const std::size_t size = pages::rounded(bytes);
  pages::give(block, size);
  account_.discharge(size);
  blocks_.fetch_sub(1, std::memory_order_release);
}

}  // namespace strata
