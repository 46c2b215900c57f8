// First-class heaps and figures, for the layers above.
#include "heap/heap.hpp"
#include "heap/measure.hpp"
#include "heap/process_heaps.hpp"
#include "heap/walk.hpp"

namespace strata::core {
namespace {

using process_heap_type = basic_heap<process_config>;

// `heap` is the name under which the layers above hold a heap.
process_heap_type& open(heap& handle) noexcept {
  return reinterpret_cast<process_heap_type&>(handle);
}
heap* close(process_heap_type* which) noexcept { return reinterpret_cast<heap*>(which); }

// What stands in for the heap in another copy is part of it: `act(malloc, heap)`.
template <class Action>
void with_stand_in(heap& which, Action act) noexcept {
  const stand_in& other = open(which).other_half();
  heap* const made = other.made.load(std::memory_order_acquire);
  if (made != nullptr) act(*other.malloc.load(std::memory_order_relaxed), *made);
}

// The parts of `held`, so that the sum of the parts is the part of the sum.
void add_held(snapshot& into, const snapshot& other) noexcept {
  into.held_peak += other.held_peak;
  into.live_bytes += other.live_bytes;
  into.partial_slabs += other.partial_slabs;
  into.thread_caches += other.thread_caches;
  into.large_live += other.large_live;
  into.large_live_blocks += other.large_live_blocks;
  into.large_cache += other.large_cache;
  into.retained += other.retained;
}

}  // namespace

heap* create_heap(const heap_options& options) noexcept {
  start();
  return close(the_process.create_heap(options.name, options.limit, options.parent));
}

void destroy_heap(heap* ending) noexcept {
  if (ending == nullptr) return;
  with_stand_in(*ending,
                [](const malloc_interface& malloc, heap& made) { malloc.destroy_heap(&made); });
  the_process.destroy_heap(open(*ending));
}

// Everybody's blocks lie in the process heap, and threads keep lists of them that
// only they can clear.
void reset_heap(heap* which) noexcept {
  if (which == &process_heap()) {
    base::fatal("reset of the process heap",
                "its blocks belong to the whole process; reset a "
                "heap of your own, or purge this one");
  }
  if (which == nullptr) return;
  with_stand_in(*which,
                [](const malloc_interface& malloc, heap& made) { malloc.reset_heap(&made); });
  open(*which).reset();
}

void* heap_allocate(heap& from, std::size_t size, std::size_t alignment) noexcept {
  return the_process.allocate_from(open(from), size, alignment);
}

void* heap_allocate_zeroed(heap& from, std::size_t size) noexcept {
  return the_process.allocate_zeroed_from(open(from), size);
}

void* heap_reallocate(heap& from, void* pointer, std::size_t size) noexcept {
  if (pointer == nullptr) return heap_allocate(from, size, block_alignment);
  return the_process.reallocate(pointer, size);
}

bool walk_heap(heap& which, bool (*visit)(void* context, void* block, std::size_t usable) noexcept,
               void* context) noexcept {
  the_process.flush_thread();
  bool whole = walk(open(which), visit, context);
  with_stand_in(which, [&](const malloc_interface& malloc, heap& made) {
    whole = whole && malloc.walk_heap(made, visit, context);
  });
  return whole;
}

bool verify_heap(heap& which) noexcept {
  bool sound = open(which).invariant();
  with_stand_in(which, [&](const malloc_interface& malloc, heap& made) {
    sound = sound && malloc.verify_heap(made);
  });
  return sound;
}

std::size_t purge_heap(heap& which) noexcept {
  the_process.flush_thread();
  std::size_t purged = open(which).purge();
  with_stand_in(which, [&](const malloc_interface& malloc, heap& made) {
    purged += malloc.purge_heap(made);
  });
  return purged;
}

account& heap_account(heap& which) noexcept { return open(which).account(); }

heap* heap_of(const void* pointer) noexcept { return close(the_process.heap_of(pointer)); }

bool heap_owns(heap& which, const void* pointer) noexcept {
  bool owned = heap_of(pointer) == &which;
  with_stand_in(which, [&](const malloc_interface& malloc, heap& made) {
    owned = owned || malloc.heap_of(pointer) == &made;
  });
  return owned;
}

heap& process_heap() noexcept {
  start();
  return *close(&the_process.process_heap());
}

void heap_snapshot(heap& which, snapshot& into) noexcept {
  begin_snapshot(into);
  measure(open(which), into);
  with_stand_in(which, [&](const malloc_interface& malloc, heap& made) {
    snapshot other;
    malloc.heap_snapshot(made, other);
    add_held(into, other);
  });
  end_snapshot(into);
}

void take_snapshot(snapshot& into) noexcept {
  begin_snapshot(into);
  if (!the_process.started()) return;
  measure_process(the_process.shared(), into);
  the_process.for_each_heap([&](process_heap_type& each) { measure(each, into); });
  end_snapshot(into);
}

}  // namespace strata::core
