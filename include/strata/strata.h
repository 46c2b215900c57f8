/* strata in C. C99, and C++.
 *
 *   strata_heap* documents =
 *       strata_heap_create(&(strata_heap_options){.name = "documents", .limit = 64 << 20});
 *   void* page = strata_heap_allocate_aligned(documents, 4096, 4096);
 *   if (page == NULL) fprintf(stderr, "%s\n", strata_last_error());
 *   strata_heap_destroy(documents);
 *
 * The parts below hold one family each: strata_<family>_<what it does>.
 *
 * Errors: a refused request returns NULL or 0 and sets errno: ENOMEM when
 * memory was refused, EINVAL when an argument makes no sense, such as a NULL
 * heap. strata_last_error says more. errno is left alone otherwise. A mistake
 * that cannot be an argument, such as a double free, ends the program with a
 * diagnosis.
 *
 * NULL: destroying, releasing, freeing or leaving it does nothing. Where something
 * is needed, it is an error of the kind above. Options may be NULL, where a
 * comment does not ask for one of them.
 *
 * Threads: every function may be called from any thread, and a block freed by
 * another thread than allocated it, unless a comment says otherwise.
 *
 * Units: all sizes are bytes.
 *
 * Versions: structures keep their size until the next incompatible version
 * (STRATA_VERSION_NUMBER). What they may come to hold takes words from `later`,
 * which programs leave 0, as initialisers do; options with anything else there are
 * refused (EINVAL), for they ask for what this version does not know. Structures
 * that cannot grow, such as strata_stack, have no `later`.
 */
#ifndef STRATA_STRATA_H
#define STRATA_STRATA_H

#include <strata/c/account.h>
#include <strata/c/arena.h>
#include <strata/c/cycle_collector.h>
#include <strata/c/heap.h>
#include <strata/c/library.h>
#include <strata/c/object.h>
#include <strata/c/object_layout.h>
#include <strata/c/pool.h>
#include <strata/c/resource.h>
#include <strata/c/scope.h>
#include <strata/c/stack_pool.h>

#endif
