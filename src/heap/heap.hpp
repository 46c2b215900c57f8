// The heap layer: from regions to blocks. This file is all that the layers above
// may include; it is the interface of the one process they run in.
//
//   size_classes   which block serves which request
//   slab           tier 4: equal-sized blocks, and the test on the way of a free
//   queue          tier 3: the life cycle of one class's slabs
//   segment(_set)  tier 2: granules that a heap owns
//   large_*        blocks with granules of their own, and their cache
//   local_heap     what one thread owns; remote: what travels between threads
//   basic_heap     tier 5; retention: what it keeps, and for how long
//   unsynchronized_heap     a tier 5 for one thread, with its own front door
//   process        all heaps of a process; thread_front: what a thread finds at once
//   lookup, walk, measure   from a pointer to its block; all blocks; all figures
//
// Thread safety: everything here may be called from any thread at any time,
// also before main and after static destruction, unless stated. Nothing here
// touches errno. Sizes are bytes.
#pragma once

#include <cstddef>
#include <string_view>

#include "account/account.hpp"
#include "base/base.hpp"
#include "heap/malloc_interface.hpp"
#include "heap/process.hpp"
#include "heap/size_classes.hpp"
#include "heap/snapshot.hpp"

namespace strata::core {

struct process_config;
using process = basic_process<process_config>;

struct process_config : synchronized_config<os::platform> {
  static bool start_process() noexcept;
  [[nodiscard]] static process& instance() noexcept;
};

extern template class basic_process<process_config>;
// Hidden also where it is only declared: else its address comes from a table.
[[gnu::visibility("hidden")]] extern constinit process the_process;

inline process& process_config::instance() noexcept { return the_process; }

// -- Blocks of the process heap ------------------------------------------------------

// nullptr when refused, also for sizes above PTRDIFF_MAX. Size 0 gets a block.
[[nodiscard, gnu::always_inline]] inline void* allocate(std::size_t size) noexcept {
  return the_process.allocate(size);
}
// The parts of `allocate`, hot to cold, for callers that follow with something of
// their own when memory is refused: what the thread has at hand, for the smallest
// sizes, for all small and for the medium ones, else what `otherwise(size)` returns; and
// the rest.
template <class Otherwise>
[[nodiscard, gnu::always_inline]] inline void* take_smallest(std::size_t size,
                                                             Otherwise otherwise) {
  return process::take_smallest(size, otherwise);
}
template <class Otherwise>
[[nodiscard, gnu::always_inline]] inline void* take_small(std::size_t size, Otherwise otherwise) {
  return process::take_small(size, otherwise);
}
template <class Otherwise>
[[nodiscard, gnu::always_inline]] inline void* take_medium(std::size_t size, Otherwise otherwise) {
  return process::take_medium(size, otherwise);
}
[[nodiscard]] inline void* allocate_slow(std::size_t size) noexcept {
  return the_process.allocate_slow(size);
}
[[nodiscard]] inline void* allocate_zeroed(std::size_t size) noexcept {
  return the_process.allocate_zeroed(size);
}
// `alignment`: a power of two.
[[nodiscard]] inline void* allocate_aligned(std::size_t size, std::size_t alignment) noexcept {
  return the_process.allocate_aligned(size, alignment);
}

// -- Blocks of any heap --------------------------------------------------------------

// nullptr does nothing; what is not a live block ends the program.
[[gnu::always_inline]] inline void deallocate(void* pointer) noexcept {
  the_process.deallocate(pointer);
}
// In addition, a size above the block's ends the program.
[[gnu::always_inline]] inline void deallocate_sized(void* pointer, std::size_t size) noexcept {
  the_process.deallocate_sized(pointer, size);
}
// In addition, any size but the one that was asked for ends the program, as far
// as it makes a different block. For blocks that were never reallocated.
[[gnu::always_inline]] inline void deallocate_exact(void* pointer, std::size_t size) noexcept {
  the_process.deallocate_exact(pointer, size);
}
// The two parts of it: what is a small block of the calling thread, of a size that
// `accepted` has for its class, is freed; all else goes through `otherwise`.
template <class Otherwise>
[[gnu::always_inline]] inline void deallocate_exact(void* pointer, std::size_t size,
                                                    const size_ranges& accepted,
                                                    Otherwise otherwise) noexcept {
  the_process.deallocate_exact(pointer, size, accepted, otherwise);
}
inline void deallocate_slow_exact(void* pointer, std::size_t size) noexcept {
  the_process.deallocate_slow_exact(pointer, size);
}
// Requires a live block and size > 0. The new block is in the old one's heap.
// nullptr: refused, and the block is as it was.
[[nodiscard]] inline void* reallocate(void* pointer, std::size_t size) noexcept {
  return the_process.reallocate(pointer, size);
}
// In place or not at all. False: unchanged.
inline bool try_expand(void* pointer, std::size_t size) noexcept {
  return the_process.try_expand(pointer, size);
}
[[nodiscard]] inline std::size_t usable_size(const void* pointer) noexcept {
  return the_process.usable_size(pointer);
}
// The usable size that a request would get.
[[nodiscard]] std::size_t good_size(std::size_t size) noexcept;

// -- The process -----------------------------------------------------------------------

// Idempotent; the first allocation does it too.
void start() noexcept;
// What must come before the program's threads and its own handlers for threads and
// forks, and costs nearly nothing. For a constructor that runs early; once.
void start_early() noexcept;
[[nodiscard]] const base::settings& active_settings() noexcept;
// Everything free goes back to the OS; returns the bytes that went.
std::size_t purge() noexcept;
// To be called by programs that have idle moments: returns what time says is
// not needed any more. Cheap when there is nothing to do.
std::size_t pump() noexcept;
void take_snapshot(snapshot& into) noexcept;
// The program is about to lower its limit on address space.
void lower_address_space(std::size_t bytes) noexcept;

// -- First-class heaps -------------------------------------------------------------------

class heap;  // opaque; at a stable address

struct heap_options {
  std::string_view name;
  std::size_t limit = base::unlimited;
  account* parent = nullptr;  // nullptr: the root
};

// nullptr: the system refuses.
[[nodiscard]] heap* create_heap(const heap_options& options) noexcept;
// All blocks die at once. Requires that nobody uses the heap meanwhile.
void destroy_heap(heap* ending) noexcept;
void reset_heap(heap* which) noexcept;

[[nodiscard]] void* heap_allocate(heap& from, std::size_t size, std::size_t alignment) noexcept;
[[nodiscard]] void* heap_allocate_zeroed(heap& from, std::size_t size) noexcept;
[[nodiscard]] void* heap_reallocate(heap& from, void* pointer, std::size_t size) noexcept;

// Visits every live block until the visitor returns false, and says whether it
// got to the end. Requires that nobody uses the heap meanwhile.
bool walk_heap(heap& which, bool (*visit)(void* context, void* block, std::size_t usable) noexcept,
               void* context) noexcept;
// True when all tiers agree with themselves and each other. Requires that nobody
// uses the heap meanwhile.
[[nodiscard]] bool verify_heap(heap& which) noexcept;
std::size_t purge_heap(heap& which) noexcept;
[[nodiscard]] account& heap_account(heap& which) noexcept;
[[nodiscard]] heap* heap_of(const void* pointer) noexcept;  // nullptr: none of ours
[[nodiscard]] heap& process_heap() noexcept;
void heap_snapshot(heap& which, snapshot& into) noexcept;
[[nodiscard]] bool heap_owns(heap& which, const void* pointer) noexcept;

// -- Malloc scopes ---------------------------------------------------------------------

// Which heap to direct the given malloc into, when `which` is meant: itself, or
// the one that stands in for it there. nullptr: the system refuses.
[[nodiscard]] heap* heap_in_malloc(heap& which, const malloc_interface& malloc) noexcept;

}  // namespace strata::core
