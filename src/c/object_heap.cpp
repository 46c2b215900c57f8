// Heaps of counted objects in C.
#include "c/object_heap.hpp"

#include <new>

#include "c/error.hpp"
#include "c/handles.hpp"

using namespace strata::c_interface;

namespace {

using strata::detail::counting_kind;

// C's numbers and C++'s enumerations have one order.
static_assert(static_cast<int>(counting_kind::plain) == STRATA_COUNTING_PLAIN);
static_assert(static_cast<int>(counting_kind::atomic) == STRATA_COUNTING_ATOMIC);
static_assert(static_cast<int>(counting_kind::biased) == STRATA_COUNTING_BIASED);
static_assert(static_cast<int>(strata::object_memory::pooled) == STRATA_OBJECTS_POOLED);
static_assert(static_cast<int>(strata::object_memory::bumped) == STRATA_OBJECTS_BUMPED);
static_assert(static_cast<int>(strata::object_memory::alone) == STRATA_OBJECTS_ALONE);

const char* problem_in(const strata_object_heap_options& options) noexcept {
  if (asks_for_more(options.later) || options.discards > 1) return unknown_options;
  if (options.counting > STRATA_COUNTING_BIASED) return "strata: there is no such counting";
  if (options.memory > STRATA_OBJECTS_ALONE) return "strata: there is no such memory of objects";
  return nullptr;
}

strata::object_heap_options cpp_options(const strata_object_heap_options& options,
                                        const strata::account* parent) noexcept {
  strata::object_heap_options chosen;
  if (options.name != nullptr) chosen.name = options.name;
  if (options.limit != 0) chosen.limit = options.limit;
  if (options.step_objects != 0) chosen.step_objects = options.step_objects;
  chosen.parent = parent;
  chosen.upstream = resource_of(options.upstream);
  chosen.memory = static_cast<strata::object_memory>(options.memory);
  chosen.discards = options.discards != 0;
  return chosen;
}

}  // namespace

strata_object_heap* strata_object_heap_create(const strata_object_heap_options* options) {
  const strata_object_heap_options given =
      options == nullptr ? strata_object_heap_options{} : *options;
  if (const char* const problem = problem_in(given)) return fail_argument(problem);
  const std::optional<strata::account> parent = kept_account(given.parent);
  try {
    return new strata_object_heap(static_cast<counting_kind>(given.counting),
                                  cpp_options(given, parent ? &*parent : nullptr));
  } catch (const std::bad_alloc&) {
    return fail_memory();
  }
}

void strata_object_heap_destroy(strata_object_heap* heap) { delete heap; }

size_t strata_object_heap_step(strata_object_heap* heap, size_t objects_max) {
  if (heap == nullptr) return failed<size_t>(fail_argument(null_object_heap));
  heap->objects.take_mail();
  heap->objects.drain(objects_max);
  return heap->objects.pending();
}

int strata_object_heap_clear(strata_object_heap* heap) {
  if (heap == nullptr) return failed(fail_argument(null_object_heap));
  heap->objects.clear();
  return 1;
}

size_t strata_object_heap_purge(strata_object_heap* heap) {
  if (heap == nullptr) return failed<size_t>(fail_argument(null_object_heap));
  return heap->objects.purge();
}

int strata_object_heap_adopt(strata_object_heap* heap) {
  if (heap == nullptr) return failed(fail_argument(null_object_heap));
  heap->objects.adopt();
  return 1;
}

strata_account* strata_object_heap_account(const strata_object_heap* heap) {
  if (heap == nullptr) return fail_argument(null_object_heap);
  return heap->account ? handle_of(*heap->account) : nullptr;
}

int strata_object_heap_get_statistics(const strata_object_heap* heap,
                                      strata_object_heap_statistics* into) {
  if (heap == nullptr) return failed(fail_argument(null_object_heap));
  if (into == nullptr) return failed(fail_argument(no_place));
  const strata::object_heap_statistics now = heap->objects.statistics();
  *into = {.objects = now.objects,
           .object_bytes = now.object_bytes,
           .immortal = now.immortal,
           .pending = now.pending,
           .reserved = now.reserved,
           .chunks = now.chunks,
           .alone = now.alone,
           .step_longest = now.step_longest,
           .later = {}};
  return 1;
}

int strata_object_heap_walk(strata_object_heap* heap, strata_object_walker* visitor,
                            void* context) {
  if (heap == nullptr) return failed(fail_argument(null_object_heap));
  if (visitor == nullptr) return failed(fail_argument(null_visitor));
  bool going = true;
  heap->objects.for_each([&](strata::object_header& header) {
    if (going && (strata::detail::flags_of(header) & strata::object_ending) == 0) {
      going = visitor(context, strata::object_of(header)) != 0;
    }
  });
  return going ? 1 : 0;
}
