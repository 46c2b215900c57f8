// Stacks for fibers in C: a shared_stack_pool.
#include <strata/guard_hits.hpp>
#include <strata/stack_pool.hpp>

#include <new>
#include <optional>

#include <strata/detail/account_access.hpp>

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

int fail(const char* what) noexcept {
  fail_argument(what);
  return 0;
}

}  // namespace

strata_stack_pool* strata_stack_pool_create(const strata_stack_pool_options* options) {
  static constexpr strata_stack_pool_options defaults{};
  const strata_stack_pool_options& given = options != nullptr ? *options : defaults;
  std::optional<strata::account> parent;
  if (given.parent != nullptr) {
    parent =
        strata::detail::handle_to(reinterpret_cast<strata::detail::account_node*>(given.parent));
  }
  const strata::stack_pool_options chosen = cpp_options(given, parent ? &*parent : nullptr);
  if (strata::check(chosen)) {
    return fail_argument("strata: the options of the stack pool contradict themselves");
  }
  try {
    return new strata_stack_pool(chosen);
  } catch (const std::bad_alloc&) {
    return fail_memory();
  }
}

void strata_stack_pool_destroy(strata_stack_pool* pool) { delete pool; }

int strata_stack_pool_get(strata_stack_pool* pool, strata_stack* into) {
  if (pool == nullptr) return fail(null_pool);
  if (into == nullptr) return fail(null_stack);
  const strata::stack got = pool->stacks.try_get();
  if (!got) {
    fail_memory();
    return 0;
  }
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
  if (pool == nullptr) return fail(null_pool);
  if (of == nullptr) return fail(null_stack);
  if (name == nullptr) return fail("strata: the name is NULL");
  pool->stacks.set_name(cpp_stack(*of), name);
  return 1;
}

size_t strata_stack_pool_tick(strata_stack_pool* pool) {
  if (pool == nullptr) return static_cast<size_t>(fail(null_pool));
  return pool->stacks.tick();
}

size_t strata_stack_pool_trim(strata_stack_pool* pool) {
  if (pool == nullptr) return static_cast<size_t>(fail(null_pool));
  return pool->stacks.trim();
}

strata_account* strata_stack_pool_account(const strata_stack_pool* pool) {
  if (pool == nullptr) return fail_argument(null_pool);
  return reinterpret_cast<strata_account*>(pool->account.node());
}

int strata_stack_pool_get_statistics(const strata_stack_pool* pool,
                                     strata_stack_pool_statistics* into) {
  if (pool == nullptr) return fail(null_pool);
  if (into == nullptr) return fail("strata: there is no place for the statistics");
  const strata::stack_pool_statistics now = pool->stacks.statistics();
  *into = {.active = now.active,
           .idle = now.idle,
           .peak = now.peak,
           .mappings = now.mappings,
           .stack_bytes = now.stack_bytes,
           .held_bytes = now.held_bytes};
  return 1;
}

int strata_diagnose_guard_hits(void) { return strata::diagnose_guard_hits() ? 1 : 0; }
