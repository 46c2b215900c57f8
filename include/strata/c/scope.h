/* Scopes in C: another current resource, or another malloc, for a while. Part of
 * strata/strata.h. */
#ifndef STRATA_C_SCOPE_H
#define STRATA_C_SCOPE_H

#include <stddef.h>

#include <strata/c/declarations.h>
#include <strata/c/heap.h>
#include <strata/c/resource.h>

STRATA_C_BEGIN

/* While a scope is open, the calling thread's current resource is the given one;
 * C++ code asks by strata::context::current_resource(). The memory is the
 * caller's, and must stay where it is until the scope is left. */
typedef struct strata_scope {
  void* opaque[3];
} strata_scope;

/* Effects: makes the resource the thread's current one.
 * Returns: 1, or 0 (EINVAL) when either is NULL. */
int strata_scope_enter(strata_scope* scope, strata_resource* resource);

/* Effects: what was current before is current again; NULL is ignored.
 * Requires: the thread that entered, whose later scopes have been left. */
void strata_scope_leave(strata_scope* scope);

/* Returns: the thread's current resource; outside of all scopes, the default one
 *   of the C++ library. Never NULL. */
strata_resource* strata_current_resource(void);

/* Returns: a resource for what lives no longer than the innermost scope; outside
 *   of all scopes, the current one. NULL (ENOMEM) when refused. */
strata_resource* strata_temp_resource(void);

/* While a malloc scope is open, the calling thread's malloc, whoever calls it,
 * takes its blocks from a heap. They are freed by free, anywhere and any time.
 * The program must run on strata's malloc: linked, or preloaded. */
typedef struct strata_malloc_scope {
  const void* opaque[3];
  size_t depth;
} strata_malloc_scope;

/* Returns: 1 when strata's malloc is in charge, so that malloc scopes can be entered. */
int strata_malloc_scope_is_available(void);

/* Effects: directs the calling thread's malloc into the heap.
 * Returns: 1, or 0: EINVAL for NULL, ENOTSUP when malloc is not strata's, ENOMEM. */
int strata_malloc_scope_enter(strata_malloc_scope* scope, strata_heap* heap);

/* Effects: malloc is what it was before; NULL is ignored.
 * Requires: the thread that entered, whose later malloc scopes have been left. */
void strata_malloc_scope_leave(const strata_malloc_scope* scope);

STRATA_C_END

#endif
