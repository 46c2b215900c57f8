// Heaps in C: create, destroy, look inside. Blocks are in blocks.cpp.
#include "c/error.hpp"
#include "c/handles.hpp"

using namespace strata::c_interface;
namespace core = strata::core;

namespace {

constexpr const char* process_heap_stays = "strata: the process heap cannot be destroyed or reset";

bool is_process_heap(const strata_heap* heap) noexcept {
  return heap_of(heap) == &core::process_heap();
}

core::heap_options core_options(const strata_heap_options& options) noexcept {
  return {.name = options.name == nullptr ? "heap" : options.name,
          .limit = options.limit == 0 ? strata::base::unlimited : options.limit,
          .parent = account_of(options.parent)};
}

struct walk_state {
  strata_block_visitor* visitor;
  void* context;
};

bool visit(void* state, void* block, std::size_t usable_size) noexcept {
  const auto& walk = *static_cast<walk_state*>(state);
  return walk.visitor(walk.context, block, usable_size) != 0;
}

}  // namespace

strata_heap* strata_heap_create(const strata_heap_options* options) {
  const strata_heap_options given = options == nullptr ? strata_heap_options{} : *options;
  if (asks_for_more(given.later)) return fail_argument(unknown_options);
  core::heap* const created = core::create_heap(core_options(given));
  return created == nullptr ? fail_memory() : handle_of(created);
}

void strata_heap_destroy(strata_heap* heap) {
  if (heap == nullptr) return;
  if (is_process_heap(heap)) {
    fail_argument(process_heap_stays);
    return;
  }
  core::destroy_heap(heap_of(heap));
}

int strata_heap_reset(strata_heap* heap) {
  if (heap == nullptr || is_process_heap(heap)) {
    return failed(fail_argument(heap == nullptr ? null_heap : process_heap_stays));
  }
  core::reset_heap(heap_of(heap));
  return 1;
}

strata_heap* strata_process_heap() { return handle_of(&core::process_heap()); }

strata_account* strata_heap_account(const strata_heap* heap) {
  if (heap == nullptr) return fail_argument(null_heap);
  return handle_of(core::heap_account(*heap_of(heap)));
}

int strata_heap_walk(strata_heap* heap, strata_block_visitor* visitor, void* context) {
  if (heap == nullptr || visitor == nullptr) {
    return failed(fail_argument(heap == nullptr ? null_heap : null_visitor));
  }
  walk_state state{visitor, context};
  return core::walk_heap(*heap_of(heap), visit, &state) ? 1 : 0;
}

int strata_heap_verify(strata_heap* heap) {
  if (heap == nullptr) return failed(fail_argument(null_heap));
  return core::verify_heap(*heap_of(heap)) ? 1 : 0;
}

size_t strata_heap_purge(strata_heap* heap) {
  if (heap == nullptr) return failed<size_t>(fail_argument(null_heap));
  return core::purge_heap(*heap_of(heap));
}

int strata_heap_get_statistics(strata_heap* heap, strata_heap_statistics* into) {
  if (heap == nullptr || into == nullptr) {
    return failed(fail_argument(heap == nullptr ? null_heap : no_place));
  }
  core::snapshot now;
  core::heap_snapshot(*heap_of(heap), now);
  *into = {.held = now.held,
           .held_peak = now.held_peak,
           .live = now.live_bytes + now.large_live,
           .large_live = now.large_live,
           .free_in_slabs = now.partial_slabs,
           .free_in_caches = now.thread_caches + now.large_cache,
           .retained = now.retained,
           .metadata = now.metadata,
           .later = {}};
  return 1;
}
