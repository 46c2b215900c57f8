/* Accounts, from C99: kept, limited, found by name, walked, and relieved. */
#include <strata/strata.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

static strata_account* make(const char* name, size_t limit, strata_account* parent) {
  return strata_account_create(
      &(strata_account_options){.name = name, .limit = limit, .parent = parent});
}

static int limits_hold_for_all_below(void) {
  strata_account* const server = make("server", 1000, NULL);
  strata_account* const cache = make("cache", 0, server);
  strata_account_info info;

  CHECK(server != NULL && cache != NULL);
  CHECK(strata_account_parent(cache) == server);
  CHECK(strata_account_parent(server) == strata_root_account());
  CHECK(strata_account_limit(server) == 1000 && strata_account_limit(cache) == 0);
  CHECK(strata_account_charge(cache, 600) == 1);
  CHECK(strata_account_usage(server) == 600);
  errno = 0;
  CHECK(strata_account_charge(cache, 401) == 0 && errno == ENOMEM);
  CHECK(strstr(strata_last_error(), "limit") != NULL);
  CHECK(strata_account_set_limit(server, 0) == 1);
  CHECK(strata_account_charge(cache, 401) == 1);
  strata_account_discharge(cache, 1001);
  CHECK(strata_account_get_info(server, &info) == 1);
  CHECK(strcmp(info.name, "server") == 0 && info.path == NULL && info.account == server);
  CHECK(info.depth == 1 && info.usage == 0 && info.peak == 1001);
  CHECK(info.limit == 0 && info.charges == 0 && info.refusals == 1);
  strata_account_release(cache);
  strata_account_release(server);
  return 0;
}

/* What belongs to a heap is kept by the heap, and by whoever retains it. */
static int a_retained_account_outlives_its_heap(void) {
  strata_account* const server = make("server", 0, NULL);
  strata_heap* const heap =
      strata_heap_create(&(strata_heap_options){.name = "sessions", .parent = server});
  strata_account* const sessions = strata_account_retain(strata_heap_account(heap));

  CHECK(strata_heap_allocate(heap, 100) != NULL);
  CHECK(strata_account_usage(server) >= 100);
  CHECK(strata_account_usage(server) == strata_account_usage(sessions));
  strata_heap_destroy(heap);
  CHECK(strata_account_usage(sessions) == 0);
  CHECK(strata_account_find("process/server/sessions") == sessions);
  strata_account_release(sessions); /* what was found */
  CHECK(strata_account_find("process/server/sessions") == sessions);
  strata_account_release(sessions);
  strata_account_release(sessions); /* what was retained */
  CHECK(strata_account_find("process/server/sessions") == NULL);
  strata_account_release(server);
  return 0;
}

struct seen {
  size_t visited;
  size_t below_server;
  const strata_account* last;
};

static int note(void* context, const strata_account_info* info) {
  struct seen* const seen = context;
  ++seen->visited;
  if (strncmp(info->path, "process/server/", 15) == 0) {
    ++seen->below_server;
    seen->last = info->account;
  }
  return 1;
}

static int stop_at_server(void* context, const strata_account_info* info) {
  ++*(size_t*)context;
  return strcmp(info->name, "server") != 0;
}

static int walks_visit_all_or_stop(void) {
  strata_account* const server = make("server", 0, NULL);
  strata_account* const first = make("first", 0, server);
  strata_account* const second = make("second", 0, server);
  struct seen seen = {0, 0, NULL};
  size_t visited = 0;

  CHECK(strata_accounts_walk(note, &seen) == 1);
  CHECK(seen.below_server == 2 && seen.last == second);
  CHECK(strata_accounts_walk(stop_at_server, &visited) == 0);
  CHECK(visited == seen.visited - 2);
  strata_account_release(second);
  strata_account_release(first);
  strata_account_release(server);
  return 0;
}

/* 63 bytes fill a name, and still end in a zero. */
static int long_names_are_cut(void) {
  char name[81];
  strata_account_info info;
  strata_account* account;

  memset(name, 'x', 80);
  name[80] = '\0';
  account = make(name, 0, NULL);
  CHECK(strata_account_get_info(account, &info) == 1);
  CHECK(strlen(info.name) == 63);
  strata_account_release(account);
  return 0;
}

struct entries {
  strata_account* account;
  size_t bytes;
  size_t wanted;
};

static size_t drop_entries(void* context, size_t bytes_wanted) {
  struct entries* const entries = context;
  const size_t dropped = entries->bytes;
  strata_account_discharge(entries->account, dropped);
  entries->bytes = 0;
  entries->wanted = bytes_wanted;
  return dropped;
}

static int pressure_makes_room(void) {
  struct entries entries = {make("entries", 1000, NULL), 700, 0};
  strata_pressure_handler* const handler =
      strata_pressure_handler_create(entries.account, drop_entries, &entries, 0);

  CHECK(handler != NULL);
  CHECK(strata_account_charge(entries.account, 700) == 1);
  CHECK(strata_account_charge(entries.account, 500) == 1);
  CHECK(entries.wanted == 200 && strata_account_usage(entries.account) == 500);
  strata_pressure_handler_destroy(handler);
  entries.wanted = 0;
  CHECK(strata_account_charge(entries.account, 501) == 0);
  CHECK(entries.wanted == 0);
  strata_account_discharge(entries.account, 500);
  strata_account_release(entries.account);
  return 0;
}

static int null_is_an_error_or_nothing(void) {
  strata_account_info info;

  errno = 0;
  strata_account_release(NULL);
  strata_pressure_handler_destroy(NULL);
  CHECK(errno == 0);
  CHECK(strata_account_parent(strata_root_account()) == NULL && errno == 0);
  CHECK(strata_account_find("process/nobody") == NULL && errno == 0);
  CHECK(strata_account_charge(NULL, 1) == 0 && errno == EINVAL);
  CHECK(strstr(strata_last_error(), "account") != NULL);
  errno = 0;
  strata_account_discharge(NULL, 1);
  CHECK(errno == EINVAL);
  CHECK(strata_account_retain(NULL) == NULL && strata_account_find(NULL) == NULL);
  CHECK(strata_account_usage(NULL) == 0 && strata_account_limit(NULL) == 0);
  CHECK(strata_account_set_limit(NULL, 1) == 0 && strata_account_parent(NULL) == NULL);
  CHECK(strata_account_get_info(NULL, &info) == 0);
  CHECK(strata_account_get_info(strata_root_account(), NULL) == 0);
  CHECK(strata_accounts_walk(NULL, NULL) == 0);
  CHECK(strata_pressure_handler_create(NULL, drop_entries, NULL, 0) == NULL);
  CHECK(strata_pressure_handler_create(strata_root_account(), NULL, NULL, 0) == NULL);
  return 0;
}

int main(void) {
  return limits_hold_for_all_below() || a_retained_account_outlives_its_heap() ||
         walks_visit_all_or_stop() || long_names_are_cut() || pressure_makes_room() ||
         null_is_an_error_or_nothing();
}
