// Stacks for fibers in C: a shared_stack_pool.
#include <strata/arena/guard_hits.hpp>
#include <strata/stack/stack_pool.hpp>

#include <new>
#include <optional>

#include "c/error.hpp"
#include "c/handles.hpp"

using namespace strata::c_interface;

struct strata_stack_pool {
  explicit strata_stack_pool(const strata::stack_pool_options& options)
      : stacks(options), account(stacks.account()) {}

  strata::shared_stack_pool stacks;
  strata::account account;
};

namespace {

constexpr const char* null_pool = "strata: the stack pool is NULL";
constexpr const char* null_stack = "strata: there is no stack, or no place for one";

strata::stack_pool_options cpp_options(const strata_stack_pool_options& options,
                                       const strata::account* parent) noexcept {
  strata::stack_pool_options chosen;
  if (options.name != nullptr) chosen.name = options.name;
  if (options.limit != 0) chosen.limit = options.limit;
  if (options.stack_bytes != 0) chosen.stack_bytes = options.stack_bytes;
  if (options.guard_pages != 0) chosen.guard_pages = options.guard_pages;
  if (options.no_guards != 0) chosen.guard_pages = 0;
  if (options.maximum != 0) chosen.maximum = options.maximum;
  chosen.parent = parent;
  chosen.canary = options.canary != 0;
  chosen.prefault = options.prefault;
  chosen.initial = options.initial;
  return chosen;
}

strata::stack cpp_stack(const strata_stack& given) noexcept {
  return {given.base, given.size, given.guard_low, given.guard_high};
}

}  // namespace

strata_stack_pool* strata_stack_pool_create(const strata_stack_pool_options* options) {
  const strata_stack_pool_options given =
      options == nullptr ? strata_stack_pool_options{} : *options;
  if (asks_for_more(given.later)) return fail_argument(unknown_options);
  const std::optional<strata::account> parent = kept_account(given.parent);
  const strata::stack_pool_options chosen = cpp_options(given, parent ? &*parent : nullptr);
  if (const auto wrong = strata::check(chosen)) return fail_options(wrong->what());
  try {
    return new strata_stack_pool(chosen);
  } catch (const std::bad_alloc&) {
    return fail_memory();
  }
}

void strata_stack_pool_destroy(strata_stack_pool* pool) { delete pool; }

int strata_stack_pool_get(strata_stack_pool* pool, strata_stack* into) {
  if (pool == nullptr) return failed(fail_argument(null_pool));
  if (into == nullptr) return failed(fail_argument(null_stack));
  const strata::stack got = pool->stacks.try_get();
  if (!got) return failed(fail_memory());
  *into = {got.base, got.size, got.guard_low, got.guard_high};
  return 1;
}

void strata_stack_pool_put(strata_stack_pool* pool, const strata_stack* used) {
  if (pool == nullptr || used == nullptr) {
    fail_argument(pool == nullptr ? null_pool : null_stack);
    return;
  }
  pool->stacks.put(cpp_stack(*used));
}

int strata_stack_pool_set_name(strata_stack_pool* pool, const strata_stack* of, const char* name) {
  if (pool == nullptr) return failed(fail_argument(null_pool));
  if (of == nullptr) return failed(fail_argument(null_stack));
  if (name == nullptr) return failed(fail_argument("strata: the name is NULL"));
  pool->stacks.set_name(cpp_stack(*of), name);
  return 1;
}

size_t strata_stack_pool_tick(strata_stack_pool* pool) {
  if (pool == nullptr) return failed<size_t>(fail_argument(null_pool));
  return pool->stacks.tick();
}

size_t strata_stack_pool_trim(strata_stack_pool* pool) {
  if (pool == nullptr) return failed<size_t>(fail_argument(null_pool));
  return pool->stacks.trim();
}

strata_account* strata_stack_pool_account(const strata_stack_pool* pool) {
  if (pool == nullptr) return fail_argument(null_pool);
  return handle_of(pool->account);
}

int strata_stack_pool_get_statistics(const strata_stack_pool* pool,
                                     strata_stack_pool_statistics* into) {
  if (pool == nullptr) return failed(fail_argument(null_pool));
  if (into == nullptr) return failed(fail_argument(no_place));
  const strata::stack_pool_statistics now = pool->stacks.statistics();
  *into = {.active = now.active,
           .idle = now.idle,
           .peak = now.peak,
           .mappings = now.mappings,
           .stack_bytes = now.stack_bytes,
           .held_bytes = now.held_bytes,
           .later = {}};
  return 1;
}

int strata_diagnose_guard_hits(void) { return strata::diagnose_guard_hits() ? 1 : 0; }
