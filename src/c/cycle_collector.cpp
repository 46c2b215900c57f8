// The cycle collector in C, over heaps that count plainly.
#include <strata/object/cycle_collector.hpp>

#include <chrono>
#include <new>

#include "c/error.hpp"
#include "c/handles.hpp"
#include "c/object_heap.hpp"

using namespace strata::c_interface;

struct strata_cycle_collector {
  strata::cycle_collector cycles;
};

namespace {

constexpr const char* null_collector = "strata: the cycle collector is NULL";

const char* problem_in(const strata_object_heap* heap,
                       const strata_cycle_collector_options& options) noexcept {
  if (heap == nullptr) return null_object_heap;
  if (!heap->plain) return "strata: only a heap that counts plainly has its cycles collected";
  if (heap->objects.companion() != nullptr) return "strata: the heap has a cycle collector";
  if (asks_for_more(options.later)) return unknown_options;
  if (options.manual > 1 || options.without_pressure > 1) return unknown_options;
  return nullptr;
}

strata::cycle_options cpp_options(const strata_cycle_collector_options& options) noexcept {
  strata::cycle_options chosen;
  if (options.candidates != 0) chosen.candidates = options.candidates;
  if (options.bytes != 0) chosen.bytes = options.bytes;
  if (options.step_objects != 0) chosen.automatic.objects = options.step_objects;
  if (options.manual != 0) chosen.automatic.objects = 0;
  chosen.under_pressure = options.without_pressure == 0;
  chosen.upstream = resource_of(options.upstream);
  return chosen;
}

}  // namespace

strata_cycle_collector* strata_cycle_collector_create(
    strata_object_heap* heap, const strata_cycle_collector_options* options) {
  const strata_cycle_collector_options given =
      options == nullptr ? strata_cycle_collector_options{} : *options;
  if (const char* const problem = problem_in(heap, given)) return fail_argument(problem);
  try {
    return new strata_cycle_collector{strata::cycle_collector(*heap->plain, cpp_options(given))};
  } catch (const std::bad_alloc&) {
    return fail_memory();
  }
}

void strata_cycle_collector_destroy(strata_cycle_collector* collector) { delete collector; }

int strata_cycle_collector_step(strata_cycle_collector* collector, size_t objects_max) {
  if (collector == nullptr) return failed(fail_argument(null_collector));
  return collector->cycles.step({.objects = objects_max}).finished ? 0 : 1;
}

size_t strata_cycle_collector_collect(strata_cycle_collector* collector) {
  if (collector == nullptr) return failed<size_t>(fail_argument(null_collector));
  return collector->cycles.collect();
}

size_t strata_cycle_collector_collect_all(strata_cycle_collector* collector) {
  if (collector == nullptr) return failed<size_t>(fail_argument(null_collector));
  return collector->cycles.collect_all();
}

int strata_cycle_collector_get_statistics(const strata_cycle_collector* collector,
                                          strata_cycle_collector_statistics* into) {
  if (collector == nullptr) return failed(fail_argument(null_collector));
  if (into == nullptr) return failed(fail_argument(no_place));
  const strata::cycle_statistics now = collector->cycles.statistics();
  *into = {.candidates = now.candidates,
           .rounds = now.rounds,
           .abandoned = now.abandoned,
           .examined = now.examined,
           .collected = now.collected,
           .lost = now.lost,
           .steps = now.steps,
           .largest_step = now.largest_step,
           .longest_step = static_cast<size_t>(now.longest_step.count()),
           .later = {}};
  return 1;
}
