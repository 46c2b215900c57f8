/* Who holds the memory: a heap and an arena under one limit, and a cache that gives
 * back before the limit refuses. */
#include <stdio.h>

#include <strata/strata.h>

static size_t empty_cache(void* cache, size_t bytes_wanted) {
  const size_t held = strata_account_usage(strata_heap_account(cache));
  printf("%zu bytes wanted: the cache goes\n", bytes_wanted);
  strata_heap_reset(cache);
  strata_heap_purge(cache);
  return held - strata_account_usage(strata_heap_account(cache));
}

static int print_account(void* context, const strata_account_info* info) {
  (void)context;
  printf("%*s%-*s %8zu KiB", (int)(2 * info->depth), "", (int)(20 - 2 * info->depth), info->name,
         info->usage / 1024);
  if (info->limit != 0) printf(" of %zu KiB", info->limit / 1024);
  puts("");
  return 1;
}

int main(void) {
  const strata_account_options server_options = {.name = "server", .limit = 8u << 20};
  strata_account* const server = strata_account_create(&server_options);
  if (server == NULL) return 1;

  const strata_heap_options cache_options = {.name = "cache", .parent = server};
  strata_heap* const cache = strata_heap_create(&cache_options);
  const strata_arena_options request_options = {.name = "requests", .parent = server};
  strata_arena* const requests = strata_arena_create(&request_options);
  strata_pressure_handler* const relief =
      strata_pressure_handler_create(server, empty_cache, cache, 0);
  if (cache == NULL || requests == NULL || relief == NULL) return 1;

  if (strata_heap_allocate(cache, 6u << 20) == NULL) return 1;
  strata_accounts_walk(print_account, NULL);
  if (strata_arena_allocate(requests, 4u << 20) == NULL) return 1;
  strata_accounts_walk(print_account, NULL);

  strata_pressure_handler_destroy(relief);
  strata_arena_destroy(requests);
  strata_heap_destroy(cache);
  strata_account_release(server);
  return 0;
}
