// Every replaceable operator new and delete. Compiled without exceptions like
// the rest, but with unwind tables: an exception of the new handler, and
// std::bad_alloc, pass through these frames.
//
//   operator new ── core::take_smallest (inline) ──> block
//     └── allocate_cold ── core::take_small (inline) ──> block
//           └── core::allocate_slow ──> block
//                 └── cold: new_after_refusal ──> handler, retry, std::bad_alloc
//
// A program may replace only some of them. As the standard says, the array,
// sized and nothrow forms then end in the program's plain ones: each form here
// looks whether the plain form, as the dynamic linker sees it, is still ours.
#include <atomic>
#include <new>

#include "heap/heap.hpp"
#include "override/alignment.hpp"
#include "override/cxx_runtime.hpp"

namespace core = strata::core;

using std::align_val_t;
using std::nothrow_t;
using std::size_t;

namespace {

// What follows when memory is refused, as a type: throwing, or not.
struct throwing {
  static void* refused(size_t size) {
    return core::new_after_refusal(size, core::natural_alignment);
  }
};
struct returning {
  static void* refused(size_t size) noexcept {
    return core::nothrow_new_after_refusal(size, core::natural_alignment);
  }
};

template <class Refusal>
void* allocate_slow(size_t size) {
  void* const block = core::allocate_slow(size);
  return block != nullptr ? block : Refusal::refused(size);
}

// Not inlined, so that the callers need no frame: they end in a jump here.
template <class Refusal>
[[gnu::noinline]] void* allocate_cold(size_t size) {
  return core::take_small(
      size, [](size_t bytes) { return core::take_medium(bytes, allocate_slow<Refusal>); });
}

[[gnu::always_inline]] inline void* allocate(size_t size) {
  return core::take_smallest(size, allocate_cold<throwing>);
}

[[gnu::always_inline]] inline void* try_allocate(size_t size) noexcept {
  return core::take_smallest(size, allocate_cold<returning>);
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

// Our own plain forms, under names that nobody replaces.
extern "C" {
[[gnu::alias("_Znwm"), gnu::visibility("hidden"), gnu::malloc,
  gnu::alloc_size(1)]] void* strata_own_new(size_t);
[[gnu::alias("_ZdlPv"), gnu::visibility("hidden")]] void strata_own_delete(void*) noexcept;
[[gnu::alias("_ZnwmSt11align_val_t"), gnu::visibility("hidden"), gnu::malloc,
  gnu::alloc_size(1)]] void* strata_own_aligned_new(size_t, align_val_t);
[[gnu::alias("_ZdlPvSt11align_val_t"), gnu::visibility("hidden")]] void strata_own_aligned_delete(
    void*, align_val_t) noexcept;
}

namespace {

[[gnu::always_inline]] inline bool new_is_ours() noexcept {
  return static_cast<void* (*)(size_t)>(&::operator new) == &strata_own_new;
}
[[gnu::always_inline]] inline bool delete_is_ours() noexcept {
  return static_cast<void (*)(void*) noexcept>(&::operator delete) == &strata_own_delete;
}
[[gnu::always_inline]] inline bool aligned_new_is_ours() noexcept {
  return static_cast<void* (*)(size_t, align_val_t)>(&::operator new) == &strata_own_aligned_new;
}
[[gnu::always_inline]] inline bool aligned_delete_is_ours() noexcept {
  return static_cast<void (*)(void*, align_val_t) noexcept>(&::operator delete) ==
         &strata_own_aligned_delete;
}

// Which sizes the sized forms accept on their own: none until one of them has seen
// that the plain form is ours, then all. So a sized delete asks that question by the
// look-up that checks its size.
constinit const core::size_ranges no_size;
constinit std::atomic<const core::size_ranges*> accepted_sizes{&no_size};

// Stored once: blocks of other threads and medium ones keep coming here, and every
// sized delete of every thread reads that line.
[[gnu::noinline]] void release_cold(void* block, size_t size) noexcept {
  if (!delete_is_ours()) [[unlikely]] {
    return ::operator delete(block);
  }
  if (accepted_sizes.load(std::memory_order_relaxed) != &core::served_sizes) {
    accepted_sizes.store(&core::served_sizes, std::memory_order_relaxed);
  }
  core::deallocate_slow_exact(block, size);
}

[[gnu::always_inline]] inline void release(void* block, size_t size) noexcept {
  core::deallocate_exact(block, size, *accepted_sizes.load(std::memory_order_relaxed),
                         release_cold);
}

[[gnu::always_inline]] inline void release(void* block) noexcept {
  if (!delete_is_ours()) [[unlikely]] {
    return ::operator delete(block);
  }
  core::deallocate(block);
}

[[gnu::always_inline]] inline void release(void* block, align_val_t alignment) noexcept {
  if (!aligned_delete_is_ours()) [[unlikely]] {
    return ::operator delete(block, alignment);
  }
  core::deallocate(block);
}

[[gnu::always_inline]] inline void release(void* block, size_t size,
                                           align_val_t alignment) noexcept {
  if (!aligned_delete_is_ours()) [[unlikely]] {
    return ::operator delete(block, alignment);
  }
  core::deallocate_sized(block, size);
}

}  // namespace

#pragma GCC visibility push(default)

void* operator new(size_t size) { return allocate(size); }
void* operator new[](size_t size) { return new_is_ours() ? allocate(size) : ::operator new(size); }
void* operator new(size_t size, const nothrow_t&) noexcept {
  return new_is_ours() ? try_allocate(size) : core::nothrow_new_elsewhere(size);
}
void* operator new[](size_t size, const nothrow_t&) noexcept {
  return new_is_ours() ? try_allocate(size) : core::nothrow_new_elsewhere(size);
}
void* operator new(size_t size, align_val_t alignment) { return allocate(size, alignment); }
void* operator new[](size_t size, align_val_t alignment) {
  return aligned_new_is_ours() ? allocate(size, alignment) : ::operator new(size, alignment);
}
void* operator new(size_t size, align_val_t alignment, const nothrow_t&) noexcept {
  return aligned_new_is_ours() ? try_allocate(size, alignment)
                               : core::nothrow_new_elsewhere(size, alignment);
}
void* operator new[](size_t size, align_val_t alignment, const nothrow_t&) noexcept {
  return aligned_new_is_ours() ? try_allocate(size, alignment)
                               : core::nothrow_new_elsewhere(size, alignment);
}

void operator delete(void* block) noexcept { core::deallocate(block); }
void operator delete[](void* block) noexcept { release(block); }
void operator delete(void* block, const nothrow_t&) noexcept { release(block); }
void operator delete[](void* block, const nothrow_t&) noexcept { release(block); }
void operator delete(void* block, size_t size) noexcept { release(block, size); }
void operator delete[](void* block, size_t size) noexcept { release(block, size); }
void operator delete(void* block, align_val_t) noexcept { core::deallocate(block); }
void operator delete[](void* block, align_val_t alignment) noexcept { release(block, alignment); }
void operator delete(void* block, align_val_t alignment, const nothrow_t&) noexcept {
  release(block, alignment);
}
void operator delete[](void* block, align_val_t alignment, const nothrow_t&) noexcept {
  release(block, alignment);
}
void operator delete(void* block, size_t size, align_val_t alignment) noexcept {
  release(block, size, alignment);
}
void operator delete[](void* block, size_t size, align_val_t alignment) noexcept {
  release(block, size, alignment);
}

#pragma GCC visibility pop
