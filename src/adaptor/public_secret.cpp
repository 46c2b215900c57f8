// strata::secret: an account in front of the system's locked pages.
#include <strata/adaptor/secret.hpp>

#include "adaptor/secret_pages.hpp"

namespace strata {

static_assert(generous_resource<secret>);
static_assert(accounted_resource<secret>);

namespace {

using pages = core::secret_pages<os::platform>;

}  // namespace

secret::secret(const secret_options& options)
    : accounted_pages({.name = options.name, .limit = options.limit, .parent = options.parent}),
      must_lock_(options.must_lock) {}

std::size_t secret::rounded(std::size_t bytes) noexcept { return pages::rounded(bytes); }

void* secret::map(std::size_t size, std::size_t alignment) const noexcept {
  return pages::take(size, alignment, must_lock_);
}

void secret::unmap(void* block, std::size_t size, std::size_t alignment) noexcept {
  pages::give(block, size, alignment);
}

}  // namespace strata
