// Every replaceable operator new and delete. Compiled without exceptions like
// the rest, but with unwind tables: an exception of the new handler, and
// std::bad_alloc, pass through these frames.
//
//   operator new ── core::allocate (inline) ──> block
//                     └── cold: new_after_refusal ──> handler, retry, std::bad_alloc
#include <new>

#include "heap/heap.hpp"
#include "override/alignment.hpp"
#include "override/cxx_runtime.hpp"

namespace core = strata::core;

namespace {

using std::align_val_t;
using std::nothrow_t;
using std::size_t;

[[gnu::always_inline]] inline void* allocate(size_t size) {
  void* const block = core::allocate(size);
  if (block == nullptr) [[unlikely]] {
    return core::new_after_refusal(size, core::natural_alignment);
  }
  return block;
}

[[gnu::always_inline]] inline void* try_allocate(size_t size) noexcept {
  void* const block = core::allocate(size);
  if (block == nullptr) [[unlikely]] {
    return core::nothrow_new_after_refusal(size, core::natural_alignment);
  }
  return block;
}

[[gnu::always_inline]] inline void* allocate(size_t size, align_val_t alignment) {
  void* const block = core::allocate_aligned(size, static_cast<size_t>(alignment));
  if (block == nullptr) [[unlikely]] {
    return core::new_after_refusal(size, static_cast<size_t>(alignment));
  }
  return block;
}

[[gnu::always_inline]] inline void* try_allocate(size_t size, align_val_t alignment) noexcept {
  void* const block = core::allocate_aligned(size, static_cast<size_t>(alignment));
  if (block == nullptr) [[unlikely]] {
    return core::nothrow_new_after_refusal(size, static_cast<size_t>(alignment));
  }
  return block;
}

}  // namespace

#pragma GCC visibility push(default)

void* operator new(size_t size) { return allocate(size); }
void* operator new[](size_t size) { return allocate(size); }
void* operator new(size_t size, const nothrow_t&) noexcept { return try_allocate(size); }
void* operator new[](size_t size, const nothrow_t&) noexcept { return try_allocate(size); }
void* operator new(size_t size, align_val_t alignment) { return allocate(size, alignment); }
void* operator new[](size_t size, align_val_t alignment) { return allocate(size, alignment); }
void* operator new(size_t size, align_val_t alignment, const nothrow_t&) noexcept {
  return try_allocate(size, alignment);
}
void* operator new[](size_t size, align_val_t alignment, const nothrow_t&) noexcept {
  return try_allocate(size, alignment);
}

void operator delete(void* block) noexcept { core::deallocate(block); }
void operator delete[](void* block) noexcept { core::deallocate(block); }
void operator delete(void* block, const nothrow_t&) noexcept { core::deallocate(block); }
void operator delete[](void* block, const nothrow_t&) noexcept { core::deallocate(block); }
void operator delete(void* block, size_t size) noexcept { core::deallocate_exact(block, size); }
void operator delete[](void* block, size_t size) noexcept { core::deallocate_exact(block, size); }
void operator delete(void* block, align_val_t) noexcept { core::deallocate(block); }
void operator delete[](void* block, align_val_t) noexcept { core::deallocate(block); }
void operator delete(void* block, align_val_t, const nothrow_t&) noexcept {
  core::deallocate(block);
}
void operator delete[](void* block, align_val_t, const nothrow_t&) noexcept {
  core::deallocate(block);
}
void operator delete(void* block, size_t size, align_val_t) noexcept {
  core::deallocate_sized(block, size);
}
void operator delete[](void* block, size_t size, align_val_t) noexcept {
  core::deallocate_sized(block, size);
}

#pragma GCC visibility pop
