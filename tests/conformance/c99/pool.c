/* A pool of blocks of one size, from C99. */
#include <strata/strata.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

enum { blocks = 500 };

static int serves_blocks_until_its_maximum(void) {
  const strata_pool_options options = {
      .name = "packets", .size = 100, .alignment = 64, .maximum = blocks};
  strata_pool* const pool = strata_pool_create(&options);
  unsigned char* block[blocks];
  strata_pool_statistics now;

  CHECK(pool != NULL);
  CHECK(strata_pool_account(pool) != NULL);
  for (int i = 0; i < blocks; ++i) {
    block[i] = strata_pool_allocate(pool);
    CHECK(block[i] != NULL);
    CHECK((uintptr_t)block[i] % 64 == 0);
    memset(block[i], i, 100);
  }
  errno = 0;
  CHECK(strata_pool_allocate(pool) == NULL);
  CHECK(errno == ENOMEM);
  for (int i = 0; i < blocks; ++i) {
    for (int byte = 0; byte < 100; ++byte) CHECK(block[i][byte] == (unsigned char)i);
    CHECK(strata_pool_owns(pool, block[i] + 99));
    strata_pool_deallocate(pool, block[i]);
  }
  CHECK(strata_pool_get_statistics(pool, &now));
  CHECK(now.in_use == 0 && now.capacity == blocks);
  CHECK(now.capacity == now.cached + now.common + now.unused);
  strata_pool_destroy(pool);
  return 0;
}

static int refuses_what_makes_no_sense(void) {
  const strata_pool_options no_size = {.name = "no size"};
  const strata_pool_options bad_alignment = {.size = 8, .alignment = 24};
  const strata_pool_options too_many = {.size = 8, .capacity = 11, .maximum = 10};

  errno = 0;
  CHECK(strata_pool_create(NULL) == NULL && errno == EINVAL);
  CHECK(strata_pool_create(&no_size) == NULL);
  CHECK(strata_pool_create(&bad_alignment) == NULL);
  CHECK(strata_pool_create(&too_many) == NULL);
  CHECK(strstr(strata_last_error(), "maximum") != NULL);
  strata_pool_destroy(NULL);
  return 0;
}

int main(void) { return serves_blocks_until_its_maximum() || refuses_what_makes_no_sense(); }
