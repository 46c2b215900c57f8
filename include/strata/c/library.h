/* The library as a whole, in C: its version, its beginning and end, errors, and what
 * the process holds. Part of strata/strata.h. */
#ifndef STRATA_C_LIBRARY_H
#define STRATA_C_LIBRARY_H

#include <stddef.h>

#include <strata/c/declarations.h>

STRATA_C_BEGIN

/* The version of this header. Before 1.0 a minor version may change the interface,
 * from then on a major one. */
#define STRATA_VERSION_MAJOR 0
#define STRATA_VERSION_MINOR 1
#define STRATA_VERSION_PATCH 0
#define STRATA_VERSION_NUMBER \
  (STRATA_VERSION_MAJOR * 10000 + STRATA_VERSION_MINOR * 100 + STRATA_VERSION_PATCH)

/* Returns: "major.minor.patch" of the library. */
const char* strata_version(void);

/* Returns: the library's STRATA_VERSION_NUMBER. */
int strata_version_number(void);

/* Returns: why the calling thread's last failed call of this interface failed,
 * as one line; "" before the first. Valid until its next call that fails. */
const char* strata_last_error(void);

/* Effects: does now what the first allocation would do: reads the options of the
 *   environment and reserves addresses. Nobody need call this; any number may.
 * Returns: 1; 0 (EINVAL) when the library is not compatible with the header whose
 *   STRATA_VERSION_NUMBER is given; 0 (ENOMEM) when the system refuses. */
int strata_init(int version);

/* Effects: gives back to the system what is free in all heaps. Nothing ends, and
 *   whatever is live may be used on; whoever calls this knows only that much less
 *   will be needed from now on.
 * Returns: how many bytes the process still holds: strata_accounts_walk says who. */
size_t strata_shutdown(void);

/* Effects: gives back what no heap has needed for a while; for programs that have
 *   idle moments. Constant time per heap when there is nothing to give.
 * Returns: how many bytes that was. */
size_t strata_pump(void);

/* What the process holds at one moment. */
typedef struct strata_process_statistics {
  size_t held;          /* by all accounts together */
  size_t held_peak;     /* the most so far */
  size_t resident;      /* in memory, strata's or not, as the system counts it */
  size_t resident_peak; /* the most so far */
  size_t reserved;      /* addresses, for ever */
  size_t threads;       /* that have a place of their own in a heap */
  size_t later[2];      /* 0 */
} strata_process_statistics;

/* Effects: fills `into`. Linear in the heaps and their threads.
 * Returns: 1, or 0 (EINVAL) when it is NULL. */
int strata_process_get_statistics(strata_process_statistics* into);

STRATA_C_END

#endif
