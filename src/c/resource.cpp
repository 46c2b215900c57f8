// Resources in C: made from functions, and used through their handle.
#include <strata/adaptor/callback_resource.hpp>

#include <new>

#include "c/error.hpp"
#include "c/handles.hpp"

using namespace strata::c_interface;

namespace {

// Whatever a resource of C++ throws, C gets a value.
void* allocate_from(std::pmr::memory_resource& from, std::size_t size,
                    std::size_t alignment) noexcept {
  try {
    return from.allocate(size, alignment);
  } catch (...) {
    return fail_memory();
  }
}

}  // namespace

strata_resource* strata_callback_resource_create(const strata_callbacks* functions) {
  if (functions == nullptr || functions->allocate == nullptr || functions->deallocate == nullptr) {
    return fail_argument("strata: a callback is NULL");
  }
  auto* const created =
      new (std::nothrow) strata::callback_resource({.allocate = functions->allocate,
                                                    .deallocate = functions->deallocate,
                                                    .state = functions->state});
  if (created == nullptr) return fail_memory();
  return handle_of(static_cast<std::pmr::memory_resource*>(created));
}

void strata_callback_resource_destroy(strata_resource* resource) {
  delete static_cast<strata::callback_resource*>(resource_of(resource));
}

void* strata_resource_allocate(strata_resource* resource, size_t size, size_t alignment) {
  if (resource == nullptr) return fail_argument(null_resource);
  if (!strata::base::is_power_of_two(alignment)) return fail_argument(bad_alignment);
  return allocate_from(*resource_of(resource), size, alignment);
}

void strata_resource_deallocate(strata_resource* resource, void* block, size_t size,
                                size_t alignment) {
  if (block == nullptr) return;
  if (resource == nullptr) {
    fail_argument(null_resource);
    return;
  }
  resource_of(resource)->deallocate(block, size, alignment);
}
