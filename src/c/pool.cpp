// Pools in C: blocks of one size, over the slots that thread_safe_pool has too.
#include <bit>
#include <cstddef>
#include <mutex>
#include <new>
#include <optional>

#include <strata/pool/detail/common_slots.hpp>
#include <strata/pool/shared_pool_options.hpp>

#include "c/error.hpp"
#include "c/handles.hpp"

using namespace strata::c_interface;

struct strata_pool {
  strata_pool(std::size_t size, std::size_t alignment, const strata::shared_pool_options& options)
      : blocks(this, size, alignment, options), account(blocks.memory().account()) {}

  strata::detail::common_slots<std::mutex> blocks;
  std::optional<strata::account> account;
};

namespace {

constexpr const char* null_pool = "strata: the pool is NULL";

const char* problem_in(const strata_pool_options* options) noexcept {
  if (options == nullptr) return "strata: a pool needs options, for the size of its blocks";
  if (asks_for_more(options->later)) return unknown_options;
  if (options->size == 0) return "strata: the blocks of a pool have at least one byte";
  if (options->alignment != 0 && !std::has_single_bit(options->alignment)) return bad_alignment;
  if (options->maximum != 0 && options->capacity > options->maximum) {
    return "strata: the capacity of the pool is above its maximum";
  }
  return nullptr;
}

strata::shared_pool_options cpp_options(const strata_pool_options& options,
                                        const strata::account* parent) noexcept {
  strata::shared_pool_options chosen;
  if (options.name != nullptr) chosen.name = options.name;
  if (options.limit != 0) chosen.limit = options.limit;
  if (options.maximum != 0) chosen.maximum = options.maximum;
  chosen.parent = parent;
  chosen.capacity = options.capacity;
  chosen.upstream = resource_of(options.upstream);
  return chosen;
}

}  // namespace

strata_pool* strata_pool_create(const strata_pool_options* options) {
  if (const char* const problem = problem_in(options)) return fail_argument(problem);
  const std::optional<strata::account> parent = kept_account(options->parent);
  const std::size_t alignment =
      options->alignment == 0 ? alignof(std::max_align_t) : options->alignment;
  try {
    return new strata_pool(options->size, alignment,
                           cpp_options(*options, parent ? &*parent : nullptr));
  } catch (const std::bad_alloc&) {
    return fail_memory();
  }
}

void strata_pool_destroy(strata_pool* pool) { delete pool; }

void* strata_pool_allocate(strata_pool* pool) {
  if (pool == nullptr) return fail_argument(null_pool);
  return or_fail(pool->blocks.take());
}

void strata_pool_deallocate(strata_pool* pool, void* block) {
  if (block == nullptr) return;
  if (pool == nullptr) {
    fail_argument(null_pool);
    return;
  }
  pool->blocks.check_live(block);
  pool->blocks.give(block);
}

int strata_pool_reserve(strata_pool* pool, size_t blocks) {
  if (pool == nullptr) return failed(fail_argument(null_pool));
  if (pool->blocks.reserve(blocks)) return 1;
  return failed(fail_memory());
}

int strata_pool_reset(strata_pool* pool) {
  if (pool == nullptr) return failed(fail_argument(null_pool));
  pool->blocks.clear([](void*) {});
  return 1;
}

int strata_pool_owns(const strata_pool* pool, const void* address) {
  if (pool == nullptr) return failed(fail_argument(null_pool));
  return pool->blocks.owns(address) ? 1 : 0;
}

strata_account* strata_pool_account(const strata_pool* pool) {
  if (pool == nullptr) return fail_argument(null_pool);
  return pool->account ? handle_of(*pool->account) : nullptr;
}

int strata_pool_get_statistics(const strata_pool* pool, strata_pool_statistics* into) {
  if (pool == nullptr) return failed(fail_argument(null_pool));
  if (into == nullptr) return failed(fail_argument(no_place));
  const strata::shared_pool_statistics now = pool->blocks.statistics();
  *into = {.capacity = now.capacity,
           .in_use = now.in_use,
           .cached = now.cached,
           .common = now.common,
           .unused = now.unused,
           .caches = now.caches,
           .later = {}};
  return 1;
}
