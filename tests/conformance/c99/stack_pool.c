/* Stacks for fibers, from C99. */
#include <strata/strata.h>

#include <errno.h>
#include <string.h>

#include "check.h"

static int stacks_come_and_go(void) {
  strata_stack_pool* pool = strata_stack_pool_create(
      &(strata_stack_pool_options){.name = "fibers", .stack_bytes = 32768, .maximum = 2});
  strata_stack one;
  strata_stack two;
  strata_stack three;
  strata_stack_pool_statistics now;
  CHECK(pool != NULL);
  CHECK(strata_stack_pool_get(pool, &one) == 1);
  CHECK(strata_stack_pool_get(pool, &two) == 1);
  CHECK(one.guard_low != 0 && one.guard_high == one.guard_low);
  memset(one.base, 1, one.size);
  memset(two.base, 2, two.size);
  CHECK(*(const unsigned char*)one.base == 1);
  CHECK(strata_stack_pool_set_name(pool, &one, "parser") == 1);

  errno = 0;
  CHECK(strata_stack_pool_get(pool, &three) == 0 && errno == ENOMEM);

  strata_stack_pool_put(pool, &one);
  CHECK(strata_stack_pool_get(pool, &three) == 1 && three.base == one.base);
  strata_stack_pool_put(pool, &three);
  strata_stack_pool_put(pool, &two);
  CHECK(strata_stack_pool_get_statistics(pool, &now) == 1);
  CHECK(now.active == 0 && now.idle == 2 && now.peak == 2 && now.held_bytes == 2 * 32768);
  CHECK(strata_stack_pool_tick(pool) == 0);
  CHECK(strata_stack_pool_trim(pool) == 2);
  CHECK(strata_stack_pool_account(pool) != NULL);
  strata_stack_pool_destroy(pool);
  return 0;
}

static int guards_are_optional(void) {
  strata_stack_pool* pool =
      strata_stack_pool_create(&(strata_stack_pool_options){.no_guards = 1, .canary = 1});
  strata_stack one;
  CHECK(strata_stack_pool_get(pool, &one) == 1);
  CHECK(one.guard_low == 0);
  memset(one.base, 1, one.size);
  strata_stack_pool_put(pool, &one);
  strata_stack_pool_destroy(pool);
  return 0;
}

static int mistakes_are_values(void) {
  strata_stack one;
  strata_stack_pool* pool = strata_stack_pool_create(NULL);
  CHECK(pool != NULL);
  errno = 0;
  CHECK(strata_stack_pool_create(&(strata_stack_pool_options){.stack_bytes = 1}) == NULL);
  CHECK(errno == EINVAL && strstr(strata_last_error(), "stack_bytes") != NULL);
  CHECK(strstr(strata_last_error(), "strata: ") == strata_last_error());
  CHECK(strstr(strata_last_error(), "1 is less than") != NULL);
  CHECK(strata_stack_pool_get(NULL, &one) == 0);
  CHECK(strata_stack_pool_get(pool, NULL) == 0);
  CHECK(strata_stack_pool_set_name(pool, NULL, "x") == 0);
  CHECK(strata_stack_pool_trim(NULL) == 0);
  CHECK(strata_stack_pool_account(NULL) == NULL);
  CHECK(strata_stack_pool_get_statistics(pool, NULL) == 0);
  strata_stack_pool_put(NULL, &one);
  strata_stack_pool_destroy(pool);
  strata_stack_pool_destroy(NULL);
  return 0;
}

int main(void) {
  const int failures = stacks_come_and_go() + guards_are_optional() + mistakes_are_values();
  CHECK(strata_diagnose_guard_hits() == 1);
  return failures;
}
