// Arenas in C.
#include <bit>
#include <cstring>
#include <new>
#include <optional>

#include <strata/arena/arena.hpp>

#include "c/error.hpp"
#include "c/handles.hpp"

using namespace strata::c_interface;

struct strata_arena {
  strata::arena memory;
};

namespace {

using position = strata::arena::position;

static_assert(sizeof(position) == sizeof(strata_arena_checkpoint));
static_assert(alignof(position) == alignof(strata_arena_checkpoint));

constexpr const char* null_arena = "strata: the arena is NULL";
constexpr std::size_t natural_alignment = strata::arena::default_alignment;

strata::arena_options cpp_options(const strata_arena_options& options,
                                  const strata::account* parent) noexcept {
  strata::arena_options chosen;
  if (options.name != nullptr) chosen.name = options.name;
  if (options.limit != 0) chosen.limit = options.limit;
  if (options.chunk_bytes != 0) chosen.chunk_bytes = options.chunk_bytes;
  if (options.chunk_bytes_max != 0) chosen.chunk_bytes_max = options.chunk_bytes_max;
  chosen.parent = parent;
  return chosen;
}

// Runs a function of the program when the arena ends its memory.
class end_call {
 public:
  end_call(strata_arena_end_function* run, void* context) noexcept : run_(run), context_(context) {}
  ~end_call() { run_(context_); }
  end_call(const end_call&) = delete;
  end_call& operator=(const end_call&) = delete;

 private:
  strata_arena_end_function* run_;
  void* context_;
};

}  // namespace

strata_arena* strata_arena_create(const strata_arena_options* options) {
  const strata_arena_options given = options == nullptr ? strata_arena_options{} : *options;
  if (asks_for_more(given.later)) return fail_argument(unknown_options);
  const std::optional<strata::account> parent = kept_account(given.parent);
  try {
    return new strata_arena{strata::arena(cpp_options(given, parent ? &*parent : nullptr))};
  } catch (const std::bad_alloc&) {
    return fail_memory();
  }
}

void strata_arena_destroy(strata_arena* arena) { delete arena; }

void* strata_arena_allocate(strata_arena* arena, size_t size) {
  if (arena == nullptr) return fail_argument(null_arena);
  return or_fail(arena->memory.try_allocate(size));
}

void* strata_arena_allocate_zeroed(strata_arena* arena, size_t count, size_t size) {
  if (arena == nullptr) return fail_argument(null_arena);
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) return fail_memory();
  void* const block = arena->memory.try_allocate(bytes);
  return block == nullptr ? fail_memory() : std::memset(block, 0, bytes);
}

void* strata_arena_allocate_aligned(strata_arena* arena, size_t alignment, size_t size) {
  if (arena == nullptr) return fail_argument(null_arena);
  if (!strata::base::is_power_of_two(alignment)) return fail_argument(bad_alignment);
  return or_fail(arena->memory.try_allocate(size, alignment));
}

int strata_arena_try_resize(strata_arena* arena, void* block, size_t size, size_t new_size) {
  if (arena == nullptr || block == nullptr) {
    return failed(fail_argument(arena == nullptr ? null_arena : "strata: the block is NULL"));
  }
  return arena->memory.try_resize(block, size, new_size) ? 1 : 0;
}

void strata_arena_deallocate(strata_arena* arena, void* block, size_t size) {
  if (block == nullptr) return;
  if (arena == nullptr) {
    fail_argument(null_arena);
    return;
  }
  arena->memory.deallocate(block, size, natural_alignment);
}

int strata_arena_at_end(strata_arena* arena, strata_arena_end_function* run, void* context) {
  if (arena == nullptr || run == nullptr) {
    return failed(fail_argument(arena == nullptr ? null_arena : null_function));
  }
  try {
    static_cast<void>(arena->memory.make_registered<end_call>(run, context));
    return 1;
  } catch (const std::bad_alloc&) {
    return failed(fail_memory());
  }
}

strata_arena_checkpoint strata_arena_open_checkpoint(strata_arena* arena) {
  if (arena == nullptr) {
    fail_argument(null_arena);
    return {};
  }
  return std::bit_cast<strata_arena_checkpoint>(arena->memory.checkpoint());
}

void strata_arena_rewind(strata_arena* arena, strata_arena_checkpoint to) {
  if (arena == nullptr) {
    fail_argument(null_arena);
    return;
  }
  arena->memory.rewind(std::bit_cast<position>(to));
}

void strata_arena_close_checkpoint(strata_arena* arena, strata_arena_checkpoint which) {
  if (arena == nullptr) {
    fail_argument(null_arena);
    return;
  }
  arena->memory.forget(std::bit_cast<position>(which));
}

int strata_arena_reset(strata_arena* arena, size_t keep) {
  if (arena == nullptr) return failed(fail_argument(null_arena));
  arena->memory.reset(strata::arena_keep::up_to(keep));
  return 1;
}

strata_account* strata_arena_account(const strata_arena* arena) {
  if (arena == nullptr) return fail_argument(null_arena);
  return handle_of(*arena->memory.account());
}

strata_resource* strata_arena_resource(strata_arena* arena) {
  if (arena == nullptr) return fail_argument(null_arena);
  return handle_of(static_cast<std::pmr::memory_resource*>(&arena->memory));
}

int strata_arena_get_statistics(const strata_arena* arena, strata_arena_statistics* into) {
  if (arena == nullptr || into == nullptr) {
    return failed(fail_argument(arena == nullptr ? null_arena : no_place));
  }
  const strata::arena_statistics now = arena->memory.statistics();
  *into = {.reserved = now.reserved,
           .allocated = now.allocated,
           .abandoned = now.abandoned,
           .remaining = now.remaining,
           .spare = now.spare,
           .overhead = now.overhead,
           .peak = now.peak,
           .chunks = now.chunks,
           .large_blocks = now.large_blocks,
           .later = {}};
  return 1;
}
