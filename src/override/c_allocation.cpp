// malloc, free and their kin: the C library's names for the process heap.
//
//   malloc ── core::take_smallest (inline) ──> block
//               └── allocate_cold ── core::take_small (inline) ──> block
//                             └── core::allocate_slow ──> block, or errno = ENOMEM
//   free ──── core::deallocate (inline), and nothing else
//
// Where the standards leave a choice, the choice is glibc's, because that is
// what programs were tested with: realloc(p, 0) frees and returns NULL, and
// free leaves errno alone (the core never touches it).
#include "heap/heap.hpp"
#include "override/alignment.hpp"
#include "override/refusal.hpp"

namespace core = strata::core;

namespace {

// Not inlined, so that the callers need no frame: they end in a jump here.
[[gnu::noinline]] void* allocate_cold(std::size_t size) noexcept {
  return core::take_small(size, [](std::size_t bytes) {
    return core::take_medium(
        bytes, [](std::size_t most) { return core::or_refuse(core::allocate_slow(most)); });
  });
}

[[gnu::always_inline]] inline void* allocate(std::size_t size) noexcept {
  return core::take_smallest(size, allocate_cold);
}

void* zeroed(std::size_t count, std::size_t size) noexcept {
  return core::or_refuse(core::allocate_zeroed(core::array_bytes(count, size)));
}

void* resize(void* pointer, std::size_t size) noexcept {
  if (pointer == nullptr) return allocate(size);
  if (size == 0) {
    core::deallocate(pointer);
    return nullptr;
  }
  return core::or_refuse(core::reallocate(pointer, size));
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

void* malloc(std::size_t size) noexcept { return allocate(size); }

void free(void* pointer) noexcept { core::deallocate(pointer); }

void* calloc(std::size_t count, std::size_t size) noexcept { return zeroed(count, size); }

void* realloc(void* pointer, std::size_t size) noexcept { return resize(pointer, size); }

void* reallocarray(void* pointer, std::size_t count, std::size_t size) noexcept {
  return resize(pointer, core::array_bytes(count, size));
}

void free_sized(void* pointer, std::size_t size) noexcept { core::deallocate_sized(pointer, size); }

// Removed from glibc's headers, but old binaries still ask for it.
void cfree(void* pointer) noexcept { core::deallocate(pointer); }

std::size_t malloc_usable_size(void* pointer) noexcept {
  return pointer == nullptr ? 0 : core::usable_size(pointer);
}

// Programs that wrap malloc themselves reach the allocator behind it by these
// names; they must not reach another one.
void* __libc_malloc(std::size_t size) noexcept { return allocate(size); }
void __libc_free(void* pointer) noexcept { core::deallocate(pointer); }
void* __libc_calloc(std::size_t count, std::size_t size) noexcept { return zeroed(count, size); }
void* __libc_realloc(void* pointer, std::size_t size) noexcept { return resize(pointer, size); }
void* __libc_reallocarray(void* pointer, std::size_t count, std::size_t size) noexcept {
  return resize(pointer, core::array_bytes(count, size));
}

}  // extern "C"
#pragma GCC visibility pop
