// malloc and its kin as the program sees them: each call is passed on to the next
// malloc, and recorded. An allocation is numbered after it succeeded, a release
// before it is done; adaptor/trace_format.hpp says why.
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "trace/recorder/next_malloc.hpp"
#include "trace/recorder/stream.hpp"

namespace strata::trace {
namespace {

// Allocates by `call` of the next malloc, or from the early buffer.
template <class Call>
void* allocate(tag which, std::size_t size, std::size_t alignment, const Call& call) noexcept {
  const recording now;
  const malloc_functions* const next = next_malloc();
  if (next == nullptr) return early_allocate(size);
  void* const block = call(*next);
  if (block != nullptr && now.is_outermost()) {
    now.add(which, block, size, static_cast<unsigned>(std::bit_width(alignment)) - 1);
  }
  return block;
}

void* copy_of_early(void* block, std::size_t size) noexcept {
  const malloc_functions* const next = next_malloc();
  void* const copy = next == nullptr ? early_allocate(size) : next->malloc(size);
  if (copy != nullptr) std::memcpy(copy, block, std::min(size, early_readable(block)));
  return copy;
}

void* reallocate(void* block, std::size_t size) noexcept {
  const recording now;
  if (is_early(block)) {
    void* const copy = copy_of_early(block, size);
    if (copy != nullptr && !is_early(copy) && now.is_outermost()) now.add(tag::malloc, copy, size);
    return copy;
  }
  const malloc_functions* const next = next_malloc();
  if (next == nullptr) return early_allocate(size);  // of a null pointer: nothing else exists yet
  if (!now.is_outermost()) return next->realloc(block, size);
  now.add(tag::realloc_from, block);
  void* const moved = next->realloc(block, size);
  now.add(tag::realloc_to, moved, size);
  return moved;
}

void release(void* block) noexcept {
  if (is_early(block)) return;
  const recording now;
  const malloc_functions* const next = next_malloc();
  if (next == nullptr) return;  // a null pointer: nothing else exists yet
  if (now.is_outermost()) now.add(tag::free, block);
  next->free(block);
}

std::size_t page_bytes() noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

void* allocate_aligned(std::size_t alignment, std::size_t size) noexcept {
  return allocate(tag::aligned, size, alignment,
                  [=](const malloc_functions& next) { return next.memalign(alignment, size); });
}

}  // namespace
}  // namespace strata::trace

using namespace strata::trace;

extern "C" {

[[gnu::visibility("default")]] void* malloc(std::size_t size) noexcept {
  return allocate(tag::malloc, size, 1,
                  [=](const malloc_functions& next) { return next.malloc(size); });
}

[[gnu::visibility("default")]] void* calloc(std::size_t count, std::size_t size) noexcept {
  std::size_t product = 0;
  if (__builtin_mul_overflow(count, size, &product)) {
    errno = ENOMEM;
    return nullptr;
  }
  return allocate(tag::calloc, product, 1,
                  [=](const malloc_functions& next) { return next.calloc(count, size); });
}

[[gnu::visibility("default")]] void* realloc(void* block, std::size_t size) noexcept {
  return reallocate(block, size);
}

[[gnu::visibility("default")]] void* reallocarray(void* block, std::size_t count,
                                                  std::size_t size) noexcept {
  std::size_t product = 0;
  if (__builtin_mul_overflow(count, size, &product)) {
    errno = ENOMEM;
    return nullptr;
  }
  return reallocate(block, product);
}

[[gnu::visibility("default")]] void free(void* block) noexcept { release(block); }

[[gnu::visibility("default")]] void* aligned_alloc(std::size_t alignment,
                                                   std::size_t size) noexcept {
  return allocate(tag::aligned, size, alignment, [=](const malloc_functions& next) {
    return next.aligned_alloc(alignment, size);
  });
}

[[gnu::visibility("default")]] void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return allocate_aligned(alignment, size);
}

[[gnu::visibility("default")]] void* valloc(std::size_t size) noexcept {
  return allocate_aligned(page_bytes(), size);
}

[[gnu::visibility("default")]] void* pvalloc(std::size_t size) noexcept {
  const std::size_t page = page_bytes();
  return allocate_aligned(page, (size + page - 1) / page * page);
}

[[gnu::visibility("default")]] int posix_memalign(void** result, std::size_t alignment,
                                                  std::size_t size) noexcept {
  int error = 0;
  void* const block = allocate(tag::aligned, size, alignment, [&](const malloc_functions& next) {
    void* found = nullptr;
    error = next.posix_memalign(&found, alignment, size);
    return error == 0 ? found : nullptr;
  });
  if (error == 0) *result = block;
  return error;
}

}  // extern "C"
