/* NULL is never fatal: what ends or frees it does nothing, all else says EINVAL and
 * returns NULL or 0. Here of heaps, arenas, pools, stacks, resources and scopes; accounts,
 * objects and cycle collectors say it in the files of their names. */
#include <strata/strata.h>

#include <errno.h>
#include <string.h>

#include "check.h"

/* Whether the last call was refused: errno says so, and the error names something. */
static int refused(void) {
  const int was_refused = errno == EINVAL && strstr(strata_last_error(), "strata: ") != NULL;
  errno = 0;
  return was_refused;
}

#define REFUSED(call) CHECK(!(call) && refused())

/* The same for what returns nothing. */
#define FAILS(call)   \
  do {                \
    call;             \
    CHECK(refused()); \
  } while (0)

static int ends_and_frees_nothing(void) {
  errno = 0;
  strata_heap_destroy(NULL);
  strata_heap_deallocate(NULL, NULL);
  strata_heap_deallocate_sized(NULL, NULL, 1);
  strata_arena_destroy(NULL);
  strata_arena_deallocate(NULL, NULL, 1);
  strata_pool_destroy(NULL);
  strata_pool_deallocate(NULL, NULL);
  strata_stack_pool_destroy(NULL);
  strata_callback_resource_destroy(NULL);
  strata_resource_deallocate(NULL, NULL, 1, 1);
  strata_account_release(NULL);
  strata_pressure_handler_destroy(NULL);
  strata_scope_leave(NULL);
  strata_malloc_scope_leave(NULL);
  CHECK(strata_usable_size(NULL) == 0 && strata_try_expand(NULL, 1) == 0);
  CHECK(errno == 0);
  return 0;
}

static int heaps(void) {
  void* const block = strata_heap_allocate(strata_process_heap(), 10);
  REFUSED(strata_heap_reset(NULL));
  REFUSED(strata_heap_account(NULL));
  REFUSED(strata_heap_allocate(NULL, 1));
  REFUSED(strata_heap_allocate_zeroed(NULL, 1, 1));
  REFUSED(strata_heap_allocate_aligned(NULL, 16, 1));
  REFUSED(strata_heap_allocate_at_least(NULL, 1).block);
  REFUSED(strata_heap_reallocate(NULL, NULL, 1));
  REFUSED(strata_heap_reallocate(NULL, block, 20));
  FAILS(strata_heap_deallocate(NULL, block));
  FAILS(strata_heap_deallocate_sized(NULL, block, 10));
  REFUSED(strata_heap_walk(NULL, NULL, NULL));
  REFUSED(strata_heap_verify(NULL));
  REFUSED(strata_heap_purge(NULL));
  REFUSED(strata_heap_get_statistics(NULL, NULL));
  strata_heap_deallocate(strata_process_heap(), block);
  CHECK(errno == 0);
  return 0;
}

static int arenas(void) {
  strata_arena_checkpoint none;
  char block[16];
  memset(&none, 0, sizeof(none));
  REFUSED(strata_arena_allocate(NULL, 1));
  REFUSED(strata_arena_allocate_zeroed(NULL, 1, 1));
  REFUSED(strata_arena_allocate_aligned(NULL, 16, 1));
  REFUSED(strata_arena_try_resize(NULL, block, 16, 8));
  FAILS(strata_arena_deallocate(NULL, block, 16));
  REFUSED(strata_arena_at_end(NULL, NULL, NULL));
  FAILS(none = strata_arena_open_checkpoint(NULL));
  FAILS(strata_arena_rewind(NULL, none));
  FAILS(strata_arena_close_checkpoint(NULL, none));
  REFUSED(strata_arena_reset(NULL, 0));
  REFUSED(strata_arena_account(NULL));
  REFUSED(strata_arena_resource(NULL));
  REFUSED(strata_arena_get_statistics(NULL, NULL));
  return 0;
}

static int pools_and_stacks(void) {
  char block[16];
  REFUSED(strata_pool_create(NULL));
  REFUSED(strata_pool_allocate(NULL));
  FAILS(strata_pool_deallocate(NULL, block));
  REFUSED(strata_pool_reserve(NULL, 1));
  REFUSED(strata_pool_reset(NULL));
  REFUSED(strata_pool_owns(NULL, block));
  REFUSED(strata_pool_account(NULL));
  REFUSED(strata_pool_get_statistics(NULL, NULL));
  REFUSED(strata_stack_pool_get(NULL, NULL));
  FAILS(strata_stack_pool_put(NULL, NULL));
  REFUSED(strata_stack_pool_set_name(NULL, NULL, NULL));
  REFUSED(strata_stack_pool_tick(NULL));
  REFUSED(strata_stack_pool_trim(NULL));
  REFUSED(strata_stack_pool_account(NULL));
  REFUSED(strata_stack_pool_get_statistics(NULL, NULL));
  return 0;
}

static int resources_and_scopes(void) {
  char block[16];
  REFUSED(strata_callback_resource_create(NULL));
  REFUSED(strata_resource_allocate(NULL, 1, 1));
  FAILS(strata_resource_deallocate(NULL, block, 16, 1));
  REFUSED(strata_scope_enter(NULL, NULL));
  REFUSED(strata_malloc_scope_enter(NULL, NULL));
  REFUSED(strata_process_get_statistics(NULL));
  return 0;
}

int main(void) {
  return ends_and_frees_nothing() || heaps() || arenas() || pools_and_stacks() ||
         resources_and_scopes();
}
