/* The library as a whole, from C99: versions, options of later versions, beginning
 * and end, and an arena as a resource. */
#include <strata/strata.h>

#include <errno.h>
#include <string.h>

#include "check.h"

static int versions_are_compared(void) {
  char text[32];

  snprintf(text, sizeof(text), "%d.%d.%d", STRATA_VERSION_MAJOR, STRATA_VERSION_MINOR,
           STRATA_VERSION_PATCH);
  CHECK(strcmp(strata_version(), text) == 0);
  CHECK(strata_version_number() == STRATA_VERSION_NUMBER);
  errno = 0;
  CHECK(strata_init(STRATA_VERSION_NUMBER) == 1 && strata_init(STRATA_VERSION_NUMBER) == 1);
  CHECK(errno == 0);
  CHECK(strata_init(STRATA_VERSION_NUMBER + 1) == 0 && errno == EINVAL);
  CHECK(strata_init(STRATA_VERSION_NUMBER + 100) == 0);
  CHECK(strata_init(STRATA_VERSION_NUMBER + 10000) == 0);
  CHECK(strata_init(0) == 0);
  CHECK(strstr(strata_last_error(), "version") != NULL);
  return 0;
}

static int what_later_versions_know_is_refused(void) {
  errno = 0;
  CHECK(strata_account_create(&(strata_account_options){.later = {1}}) == NULL);
  CHECK(errno == EINVAL && strstr(strata_last_error(), "later") != NULL);
  CHECK(strata_heap_create(&(strata_heap_options){.later = {0, 1}}) == NULL);
  CHECK(strata_arena_create(&(strata_arena_options){.later = {0, 0, 1}}) == NULL);
  CHECK(strata_pool_create(&(strata_pool_options){.size = 8, .later = {0, 0, 0, 1}}) == NULL);
  CHECK(strata_stack_pool_create(&(strata_stack_pool_options){.later = {1}}) == NULL);
  return 0;
}

/* A heap keeps what was freed for what comes next, until it is told that little will. */
static int shutdown_gives_back_what_is_free(void) {
  enum { blocks = 512 };
  strata_heap* const heap = strata_process_heap();
  void* block[blocks];
  strata_process_statistics process;
  size_t held_before;
  size_t held;

  for (int i = 0; i < blocks; ++i) block[i] = strata_heap_allocate(heap, 1000);
  for (int i = 1; i < blocks; ++i) strata_heap_deallocate(heap, block[i]);
  memset(block[0], 1, 1000);
  held_before = strata_account_usage(strata_root_account());
  held = strata_shutdown();
  CHECK(held >= 1000 && held < held_before);
  CHECK(((unsigned char*)block[0])[999] == 1);
  CHECK(strata_process_get_statistics(&process) == 1);
  CHECK(process.held == held && process.held_peak >= (size_t)blocks * 1000);
  CHECK(process.resident > 0 && process.resident_peak > 0);
  CHECK(process.reserved >= process.held && process.threads >= 1);
  CHECK(strata_process_get_statistics(NULL) == 0);
  strata_heap_deallocate(heap, block[0]);
  return 0;
}

static int an_arena_serves_as_a_resource(void) {
  strata_arena* const arena = strata_arena_create(NULL);
  strata_resource* const resource = strata_arena_resource(arena);
  strata_pool* pool;
  strata_scope scope;
  strata_arena_statistics now;

  CHECK(resource != NULL);
  CHECK(strata_scope_enter(&scope, resource) == 1);
  CHECK(strata_current_resource() == resource);
  strata_scope_leave(&scope);
  pool = strata_pool_create(&(strata_pool_options){.size = 64, .upstream = resource});
  CHECK(pool != NULL && strata_pool_allocate(pool) != NULL);
  CHECK(strata_arena_get_statistics(arena, &now) == 1 && now.allocated >= 64);
  strata_pool_destroy(pool);
  strata_arena_destroy(arena);
  CHECK(strata_arena_resource(NULL) == NULL);
  return 0;
}

int main(void) {
  return versions_are_compared() || what_later_versions_know_is_refused() ||
         shutdown_gives_back_what_is_free() || an_arena_serves_as_a_resource();
}
