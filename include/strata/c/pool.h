/* Pools in C. Part of strata/strata.h. */
#ifndef STRATA_C_POOL_H
#define STRATA_C_POOL_H

#include <stddef.h>

#include <strata/c/account.h>
#include <strata/c/declarations.h>
#include <strata/c/resource.h>

STRATA_C_BEGIN

/* Blocks of one size, for any number of threads: each thread has a cache of them,
 * and takes and gives without a lock most of the time. */
typedef struct strata_pool strata_pool;

/* What a new pool is made from. Zeros and NULLs stand for the defaults. */
typedef struct strata_pool_options {
  const char* name;          /* of its account; copied; NULL: "pool" */
  size_t limit;              /* of what the pool holds; 0: none */
  strata_account* parent;    /* of its account; NULL: the root */
  size_t size;               /* of a block; not 0 */
  size_t alignment;          /* of a block, a power of two; 0: that of every C type */
  size_t capacity;           /* blocks to begin with */
  size_t maximum;            /* blocks that the pool may grow to; 0: no maximum */
  strata_resource* upstream; /* where memory comes from; NULL: pages of the pool's own */
  size_t later[4];           /* 0 */
} strata_pool_options;

/* Returns: a new pool; NULL (EINVAL) without options or size, for an alignment that
 * is no power of two, or a capacity above the maximum; NULL (ENOMEM) when refused. */
strata_pool* strata_pool_create(const strata_pool_options* options);

/* Effects: destroys the pool and all its blocks; NULL is ignored. Threads that used
 *   it may go on, or end.
 * Requires: no other thread uses the pool or its blocks. */
void strata_pool_destroy(strata_pool* pool);

/* Returns: a block of the pool's size and alignment; NULL (ENOMEM) when the maximum,
 *   a limit or the upstream refuses. Free blocks in caches of other threads are out
 *   of reach; pools with a maximum below 64 have no caches. */
void* strata_pool_allocate(strata_pool* pool);

/* Effects: frees a block; NULL is ignored. What is no block of this pool, or was
 *   freed before, ends the program with a diagnosis. */
void strata_pool_deallocate(strata_pool* pool, void* block);

/* Effects: makes room for `blocks` blocks in all.
 * Returns: 1; 0 (ENOMEM) when refused. */
int strata_pool_reserve(strata_pool* pool, size_t blocks);

/* Effects: frees all blocks at once.
 * Requires: no other thread uses the pool or its blocks.
 * Returns: 1, or 0 on error. */
int strata_pool_reset(strata_pool* pool);

/* Returns: 1 when the address lies in a block of the pool, live or not. */
int strata_pool_owns(const strata_pool* pool, const void* address);

/* Returns: the account that is charged, valid as long as the pool; NULL, errno left
 * alone, when none is: over an upstream without name and limit. NULL (EINVAL) for a
 * NULL pool. */
strata_account* strata_pool_account(const strata_pool* pool);

/* How many blocks are where, counted part by part; exact while no thread is in a
 * call. Then capacity = in_use + cached + common + unused. */
typedef struct strata_pool_statistics {
  size_t capacity; /* all blocks */
  size_t in_use;   /* in the program's hands */
  size_t cached;   /* free, in the caches of threads */
  size_t common;   /* free, within reach of every thread */
  size_t unused;   /* never used */
  size_t caches;   /* threads that have one */
  size_t later[2]; /* 0 */
} strata_pool_statistics;

/* Effects: fills `into`. Returns: 1, or 0 (EINVAL) when either is NULL. */
int strata_pool_get_statistics(const strata_pool* pool, strata_pool_statistics* into);

STRATA_C_END

#endif
