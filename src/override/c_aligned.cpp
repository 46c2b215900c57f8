// The aligned members of the malloc family. They differ only in which
// alignments they accept and how they refuse:
//
//   aligned_alloc    a power of two, else EINVAL
//   posix_memalign   a power of two and multiple of sizeof(void*), else EINVAL;
//                    the error is the result: errno and *memptr stay as they are
//   memalign         any: rounded up to a power of two
//   valloc, pvalloc  the page size; pvalloc also rounds the size up to pages
#include "heap/heap.hpp"
#include "os/os.hpp"
#include "override/alignment.hpp"
#include "override/refusal.hpp"

namespace core = strata::core;

namespace {

void* any_alignment(std::size_t alignment, std::size_t size) noexcept {
  const auto rounded = core::round_alignment(alignment);
  if (!rounded.has_value()) return core::refuse_argument();
  return core::or_refuse(core::allocate_aligned(size, *rounded));
}

int posix_aligned(void** memptr, std::size_t alignment, std::size_t size) noexcept {
  if (!core::is_posix_alignment(alignment)) return EINVAL;
  void* const block = core::allocate_aligned(size, alignment);
  if (block == nullptr) return ENOMEM;
  *memptr = block;
  return 0;
}

void* page_aligned(std::size_t size) noexcept {
  return core::or_refuse(core::allocate_aligned(size, strata::os::platform::page_size()));
}

void* whole_pages(std::size_t size) noexcept {
  const auto rounded = core::round_to_pages(size, strata::os::platform::page_size());
  return rounded.has_value() ? page_aligned(*rounded) : core::refuse_memory();
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  if (!strata::base::is_power_of_two(alignment)) return core::refuse_argument();
  return core::or_refuse(core::allocate_aligned(size, alignment));
}

int posix_memalign(void** memptr, std::size_t alignment, std::size_t size) noexcept {
  return posix_aligned(memptr, alignment, size);
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return any_alignment(alignment, size);
}

void* valloc(std::size_t size) noexcept { return page_aligned(size); }
void* pvalloc(std::size_t size) noexcept { return whole_pages(size); }

void free_aligned_sized(void* pointer, std::size_t, std::size_t size) noexcept {
  core::deallocate_sized(pointer, size);
}

// See __libc_malloc in c_allocation.cpp.
void* __libc_memalign(std::size_t alignment, std::size_t size) noexcept {
  return any_alignment(alignment, size);
}
void* __libc_valloc(std::size_t size) noexcept { return page_aligned(size); }
void* __libc_pvalloc(std::size_t size) noexcept { return whole_pages(size); }
int __posix_memalign(void** memptr, std::size_t alignment, std::size_t size) noexcept {
  return posix_aligned(memptr, alignment, size);
}

}  // extern "C"
#pragma GCC visibility pop
