// strata::huge_page: an account in front of the system's huge pages.
#include <strata/adaptor/huge_page.hpp>

#include "adaptor/huge_pages.hpp"

namespace strata {

static_assert(generous_resource<huge_page>);
static_assert(accounted_resource<huge_page>);

namespace {

using pages = core::huge_pages<os::platform>;

}  // namespace

huge_page::huge_page(const huge_page_options& options)
    : accounted_pages({.name = options.name, .limit = options.limit, .parent = options.parent}) {}

std::size_t huge_page::page_bytes() noexcept { return pages::page_bytes(); }

std::size_t huge_page::rounded(std::size_t bytes) noexcept { return pages::rounded(bytes); }

void* huge_page::map(std::size_t size, std::size_t alignment) noexcept {
  return pages::take(size, alignment);
}

void huge_page::unmap(void* block, std::size_t size, std::size_t) noexcept {
  pages::give(block, size);
}

}  // namespace strata
