/* Cycles of counted objects in C: what counting alone never ends. Part of
 * strata/strata.h.
 *
 *   strata_cycle_collector* cycles = strata_cycle_collector_create(objects, NULL);
 *   ...
 *   while (strata_cycle_collector_step(cycles, 1000)) continue;    in an idle moment
 *
 * Types say what their objects refer to by `trace`; those without are never part of a
 * cycle. Where memory grows, and before a limit refuses, the collector works by itself.
 * References that `trace` does not tell, such as those of the program's own variables,
 * keep what they refer to.
 */
#ifndef STRATA_C_CYCLE_COLLECTOR_H
#define STRATA_C_CYCLE_COLLECTOR_H

#include <stddef.h>
#include <stdint.h>

#include <strata/c/declarations.h>
#include <strata/c/object.h>
#include <strata/c/resource.h>

STRATA_C_BEGIN

/* Collects the cycles of one heap of objects, on the heap's thread. */
typedef struct strata_cycle_collector strata_cycle_collector;

/* What a new collector is made from. Zeros and NULLs stand for the defaults. */
typedef struct strata_cycle_collector_options {
  size_t candidates;         /* so many make a step due when objects are made; 0: 10 000 */
  size_t bytes;              /* so many, made into objects, do too; 0: 4 MiB */
  size_t step_objects;       /* that such a step looks at; 0: 1000 */
  size_t manual;             /* 1: no such steps */
  size_t without_pressure;   /* 1: none before the account of the heap refuses either */
  strata_resource* upstream; /* for the collector's notes; NULL: pages of its own */
  size_t later[2];           /* 0 */
} strata_cycle_collector_options;

/* Returns: a new collector, which ends before the heap; NULL (EINVAL) when the heap is
 * NULL, counts otherwise than STRATA_COUNTING_PLAIN or has a collector; NULL (ENOMEM)
 * when refused. `options` may be NULL. */
strata_cycle_collector* strata_cycle_collector_create(
    strata_object_heap* heap, const strata_cycle_collector_options* options);

/* Effects: finishes what began to end, and destroys the collector; NULL is ignored. */
void strata_cycle_collector_destroy(strata_cycle_collector* collector);

/* Effects: goes on with a round, or begins one if there are candidates, and looks at
 *   about so many objects.
 * Returns: 1 when the round is not over, else 0; 0 (EINVAL) for NULL. */
int strata_cycle_collector_step(strata_cycle_collector* collector, size_t objects_max);

/* Effects: whole rounds, until one finds nothing.
 * Returns: how many objects ended; 0 (EINVAL) for NULL. */
size_t strata_cycle_collector_collect(strata_cycle_collector* collector);

/* The same, with all objects of the heap as candidates. */
size_t strata_cycle_collector_collect_all(strata_cycle_collector* collector);

typedef struct strata_cycle_collector_statistics {
  size_t candidates;   /* wait to be looked at */
  size_t rounds;       /* that were finished */
  size_t abandoned;    /* of them: refused memory, finalisers, mutation */
  size_t examined;     /* objects, once for each round */
  size_t collected;    /* objects that ended */
  size_t lost;         /* candidates for which memory was refused: collect_all finds them */
  size_t steps;        /* so far */
  size_t largest_step; /* in objects and references looked at */
  size_t longest_step; /* in nanoseconds */
  size_t later[3];     /* 0 */
} strata_cycle_collector_statistics;

/* Effects: fills `into`. Returns: 1, or 0 (EINVAL) when either is NULL. */
int strata_cycle_collector_get_statistics(const strata_cycle_collector* collector,
                                          strata_cycle_collector_statistics* into);

STRATA_C_END

#endif
