/* Stacks for fibers in C. Part of strata/strata.h. */
#ifndef STRATA_C_STACK_POOL_H
#define STRATA_C_STACK_POOL_H

#include <stddef.h>

#include <strata/c/account.h>
#include <strata/c/declarations.h>

STRATA_C_BEGIN

/* Stacks between guards, reused hot. A fiber may end on another thread than it began
 * on. When pages go back to the system: strata/stack/stack_pool.hpp. */
typedef struct strata_stack_pool strata_stack_pool;

/* What a new pool is made from. Zeros and NULLs stand for the defaults. */
typedef struct strata_stack_pool_options {
  const char* name;       /* of its account; copied; NULL: "stacks" */
  size_t limit;           /* of all stacks with pages; 0: none */
  strata_account* parent; /* of its account; NULL: the root */
  size_t stack_bytes;     /* of each, 16 KiB to 8 MiB; 0: 64 KiB */
  size_t guard_pages;     /* on each side; 0: one */
  int no_guards;          /* 1: none, whatever guard_pages says */
  int canary;             /* 1: look at the end of each stack when it returns */
  size_t prefault;        /* bytes below the top, mapped ahead of a stack's first use */
  size_t initial;         /* stacks that are ready when the pool is */
  size_t maximum;         /* stacks at once; 0: no maximum */
  size_t later[3];        /* 0 */
} strata_stack_pool_options;

/* A fiber runs from base + size downward. */
typedef struct strata_stack {
  void* base;
  size_t size;
  size_t guard_low;  /* bytes below base that fault when touched */
  size_t guard_high; /* bytes above that do */
} strata_stack;

/* Returns: a new pool, for options NULL too; NULL (EINVAL) when the options contradict
 *   themselves; NULL (ENOMEM) when refused. */
strata_stack_pool* strata_stack_pool_create(const strata_stack_pool_options* options);

/* Effects: destroys the pool; NULL is ignored. Stacks that were not put back end the
 *   program with a diagnosis.
 * Requires: no other thread uses the pool. */
void strata_stack_pool_destroy(strata_stack_pool* pool);

/* Effects: fills `into` with a stack of whatever contents, the caller's until it is put
 *   back.
 * Returns: 1; 0 (ENOMEM) when the maximum, a limit or the system refuses; 0 (EINVAL)
 *   when either is NULL. */
int strata_stack_pool_get(strata_stack_pool* pool, strata_stack* into);

/* Effects: the stack becomes idle. What is no stack of this pool, or was put back
 *   before, ends the program with a diagnosis; NULL is an error.
 * Requires: nothing runs on it. */
void strata_stack_pool_put(strata_stack_pool* pool, const strata_stack* used);

/* Effects: notes who runs on the stack, until it is put back, for diagnoses. Copied.
 * Returns: 1, or 0 (EINVAL) when any is NULL. */
int strata_stack_pool_set_name(strata_stack_pool* pool, const strata_stack* of, const char* name);

/* Effects: gives back what nobody needed for a second; for idle loops. Or all that
 *   active stacks do not need.
 * Returns: how many stacks gave all their pages back; 0 (EINVAL) for NULL. */
size_t strata_stack_pool_tick(strata_stack_pool* pool);
size_t strata_stack_pool_trim(strata_stack_pool* pool);

/* Returns: the account that is charged, valid as long as the pool; NULL (EINVAL) for a
 *   NULL pool. */
strata_account* strata_stack_pool_account(const strata_stack_pool* pool);

typedef struct strata_stack_pool_statistics {
  size_t active;      /* handed out */
  size_t idle;        /* waiting with their pages */
  size_t peak;        /* most that ever were active at once */
  size_t mappings;    /* of the kernel, at most */
  size_t stack_bytes; /* of each */
  size_t held_bytes;  /* charged: of active and idle stacks */
  size_t later[2];    /* 0 */
} strata_stack_pool_statistics;

/* Effects: fills `into`. Returns: 1, or 0 (EINVAL) when either is NULL. */
int strata_stack_pool_get_statistics(const strata_stack_pool* pool,
                                     strata_stack_pool_statistics* into);

/* Effects: from now on an overflow, or a hit of another guard of strata, says first
 *   whose it is. Call it on each thread that runs fibers.
 * Returns: 1 when the system agreed, else 0. */
int strata_diagnose_guard_hits(void);

STRATA_C_END

#endif
