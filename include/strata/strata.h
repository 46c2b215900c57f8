/* strata in C: first-class heaps. C99, and C++.
 *
 *   strata_heap* documents =
 *       strata_heap_create(&(strata_heap_options){.name = "documents", .limit = 64 << 20});
 *   void* page = strata_heap_allocate_aligned(documents, 4096, 4096);
 *   if (page == NULL) fprintf(stderr, "%s\n", strata_last_error());
 *   strata_heap_destroy(documents);
 *
 * Errors: a refused request returns NULL or 0 and sets errno: ENOMEM when
 * memory was refused, EINVAL when an argument makes no sense, such as a NULL
 * heap. strata_last_error says more. errno is left alone otherwise. A mistake
 * that cannot be an argument, such as a double free, ends the program with a
 * diagnosis.
 *
 * Threads: every function may be called from any thread, and a block freed by
 * another thread than allocated it, unless a comment says otherwise.
 *
 * Units: all sizes are bytes.
 */
#ifndef STRATA_STRATA_H
#define STRATA_STRATA_H

#include <stddef.h>

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif
#ifdef __cplusplus
extern "C" {
#endif

/* Returns: "major.minor.patch" of the library. */
const char* strata_version(void);

/* Returns: why the calling thread's last failed call of this interface failed,
 * as one line; "" before the first. Valid for ever. */
const char* strata_last_error(void);

/* -- Heaps ------------------------------------------------------------------ */

typedef struct strata_heap strata_heap;
typedef struct strata_account strata_account;

/* What a new heap is made from. Zeros and NULLs stand for the defaults. */
typedef struct strata_heap_options {
  const char* name;       /* of its account; copied; NULL: "heap" */
  size_t limit;           /* of what the heap holds; 0: none */
  strata_account* parent; /* of its account, from strata_heap_account; NULL: the root */
} strata_heap_options;

/* Returns: a new heap; NULL (ENOMEM) when refused. `options` may be NULL. */
strata_heap* strata_heap_create(const strata_heap_options* options);

/* Effects: destroys the heap and all its blocks; NULL is ignored. The process
 *   heap cannot be destroyed: EINVAL.
 * Requires: no other thread uses the heap or its blocks. */
void strata_heap_destroy(strata_heap* heap);

/* Effects: frees all blocks at once.
 * Requires: no other thread uses the heap or its blocks. The process heap
 *   cannot be reset: EINVAL.
 * Returns: 1, or 0 on error. */
int strata_heap_reset(strata_heap* heap);

/* Returns: the heap that malloc uses where strata replaces it. Never NULL. */
strata_heap* strata_process_heap(void);

/* Returns: the account that is charged for what the heap holds; valid as long as
 * the heap. NULL (EINVAL) for a NULL heap. */
strata_account* strata_heap_account(const strata_heap* heap);

/* -- Blocks ----------------------------------------------------------------- */

/* Returns: a block of at least `size` bytes, aligned for every C type, for 0
 *   bytes too; NULL (ENOMEM) when refused.
 * Complexity: constant in most cases, without locks or system calls. */
void* strata_heap_allocate(strata_heap* heap, size_t size);

/* The same, and every byte of the `count * size` is 0. */
void* strata_heap_allocate_zeroed(strata_heap* heap, size_t count, size_t size);

/* The same as strata_heap_allocate, at a multiple of `alignment`, which must be
 * a power of two (EINVAL). */
void* strata_heap_allocate_aligned(strata_heap* heap, size_t alignment, size_t size);

/* A block and how many of its bytes may be used. */
typedef struct strata_sized_block {
  void* block;
  size_t size;
} strata_sized_block;

/* Returns: a block of at least `size` bytes and its usable size; {NULL, 0} when refused. */
strata_sized_block strata_heap_allocate_at_least(strata_heap* heap, size_t size);

/* Effects: gives the block a new size; its contents move with it, up to the
 *   smaller size. NULL is allocated, size 0 deallocated (the result is NULL,
 *   errno is left alone).
 * Requires: `block` is of this heap, and not aligned beyond every C type, or
 *   the alignment may be lost.
 * Returns: the block; NULL when refused: the old block is then unchanged. */
void* strata_heap_reallocate(strata_heap* heap, void* block, size_t size);

/* Effects: frees a block of this heap; NULL is ignored. */
void strata_heap_deallocate(strata_heap* heap, void* block);

/* The same, and checks that the block was allocated with this size. */
void strata_heap_deallocate_sized(strata_heap* heap, void* block, size_t size);

/* Effects: makes a block of any heap at least `size` bytes large where it lies.
 * Returns: 1; 0 when it cannot grow there: it is then unchanged, errno too. */
int strata_try_expand(void* block, size_t size);

/* Returns: how many bytes of a block of any heap may be used; 0 for NULL. */
size_t strata_usable_size(const void* block);

/* -- Looking into a heap ---------------------------------------------------- */

/* Returns 0 to end the walk. Must not allocate from or free to the heap. */
typedef int strata_block_visitor(void* context, void* block, size_t usable_size);

/* Effects: calls `visitor` for every live block, in no particular order.
 * Requires: no other thread uses the heap.
 * Returns: 1 when every block was visited, 0 when the visitor ended it or on error. */
int strata_heap_walk(strata_heap* heap, strata_block_visitor* visitor, void* context);

/* Returns: 1 when all of the heap's structures agree with each other.
 * Requires: no other thread uses the heap. */
int strata_heap_verify(strata_heap* heap);

/* Effects: gives all free memory of the heap back.
 * Returns: how many bytes that was. */
size_t strata_heap_purge(strata_heap* heap);

/* Effects: gives back what no heap has needed for a while; for programs that have
 *   idle moments. Constant time per heap when there is nothing to give.
 * Returns: how many bytes that was. */
size_t strata_pump(void);

/* What a heap holds at one moment. The parts add up:
 *   held = live + free_in_slabs + free_in_caches + retained + metadata */
typedef struct strata_heap_statistics {
  size_t held;           /* taken from the operating system or another heap */
  size_t held_peak;      /* the most so far */
  size_t live;           /* blocks in the program's hands, large ones included */
  size_t large_live;     /* the large blocks among them */
  size_t free_in_slabs;  /* free blocks on pages that were touched */
  size_t free_in_caches; /* free blocks ready for a thread, and freed large blocks */
  size_t retained;       /* empty slabs whose pages were not yet given back */
  size_t metadata;       /* the heap's own bookkeeping */
} strata_heap_statistics;

/* Effects: fills `into`. Returns: 1, or 0 (EINVAL) when either is NULL. */
int strata_heap_get_statistics(strata_heap* heap, strata_heap_statistics* into);

/* -- Resources from functions ------------------------------------------------ */

/* What gives memory out and takes it back; in C++, the address of a
 * std::pmr::memory_resource. */
typedef struct strata_resource strata_resource;

/* Two functions and the pointer that they get. They must not throw or jump away. */
typedef struct strata_callbacks {
  /* Returns: at least `size` bytes at a multiple of `alignment`, for 0 bytes too;
   * NULL when refused. */
  void* (*allocate)(void* state, size_t size, size_t alignment);
  /* Effects: frees a block; never called for NULL. */
  void (*deallocate)(void* state, void* block, size_t size, size_t alignment);
  void* state;
} strata_callbacks;

/* Returns: a new resource that asks these functions; NULL (EINVAL) when one is
 * missing, NULL (ENOMEM) when refused. */
strata_resource* strata_callback_resource_create(const strata_callbacks* functions);

/* Effects: destroys the resource, whose blocks stay as they are; NULL is ignored.
 * Requires: strata_callback_resource_create made it. */
void strata_callback_resource_destroy(strata_resource* resource);

/* Returns: a block of at least `size` bytes at a multiple of `alignment`, which must
 *   be a power of two (EINVAL); NULL (ENOMEM) when refused. */
void* strata_resource_allocate(strata_resource* resource, size_t size, size_t alignment);

/* Effects: frees a block of this resource; NULL is ignored.
 * Requires: the size and alignment that were asked for. */
void strata_resource_deallocate(strata_resource* resource, void* block, size_t size,
                                size_t alignment);

/* -- Scopes -------------------------------------------------------------------- */

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

/* -- Arenas ----------------------------------------------------------------- */

/* A growing chain of chunks: allocation moves a pointer, and all ends together.
 * One thread at a time may use it. Its blocks are not for strata_usable_size and
 * its kin, nor for free. */
typedef struct strata_arena strata_arena;

/* What a new arena is made from. Zeros and NULLs stand for the defaults. */
typedef struct strata_arena_options {
  const char* name;       /* of its account; copied; NULL: "arena" */
  size_t limit;           /* of what the arena holds; 0: none */
  strata_account* parent; /* of its account; NULL: the root */
  size_t chunk_bytes;     /* of the first chunk, after which they double; 0: 64 KiB */
  size_t chunk_bytes_max; /* of the largest chunk; 0: 4 MiB */
} strata_arena_options;

/* Returns: a new arena; NULL (ENOMEM) when refused. `options` may be NULL.
 *   Without name, limit and parent it has no account of its own. */
strata_arena* strata_arena_create(const strata_arena_options* options);

/* Effects: destroys the arena and all its blocks; NULL is ignored. */
void strata_arena_destroy(strata_arena* arena);

/* Returns: a block of at least `size` bytes, aligned for every C type, for 0
 *   bytes too; NULL (ENOMEM) when refused. Zeroed, aligned: as for heaps. */
void* strata_arena_allocate(strata_arena* arena, size_t size);
void* strata_arena_allocate_zeroed(strata_arena* arena, size_t count, size_t size);
void* strata_arena_allocate_aligned(strata_arena* arena, size_t alignment, size_t size);

/* Effects: gives a block of `size` bytes `new_size` bytes where it lies. The last
 *   block can grow, every block can shrink.
 * Returns: 1; 0 when it cannot: it is then unchanged, errno too. */
int strata_arena_try_resize(strata_arena* arena, void* block, size_t size, size_t new_size);

/* Effects: ends a block early; NULL is ignored. Its bytes can be used again at
 *   once when it was the last one. Nobody need call this. */
void strata_arena_deallocate(strata_arena* arena, void* block, size_t size);

typedef void strata_arena_end_function(void* context);

/* Effects: calls `run` when what is allocated now ends: at a rewind, a reset or
 *   the arena's end, the last one asked for first.
 * Returns: 1, or 0 (ENOMEM, EINVAL). */
int strata_arena_at_end(strata_arena* arena, strata_arena_end_function* run, void* context);

/* Where an arena stood. */
typedef struct strata_arena_checkpoint {
  void* opaque[7];
} strata_arena_checkpoint;

/* Effects: opens a checkpoint inside those that are open. */
strata_arena_checkpoint strata_arena_open_checkpoint(strata_arena* arena);

/* Effects: ends all blocks, and all checkpoints, of after `to`, which stays open.
 * Requires: an open checkpoint of this arena; else the program ends with a
 *   diagnosis. */
void strata_arena_rewind(strata_arena* arena, strata_arena_checkpoint to);

/* Effects: closes the checkpoint and those inside it; blocks stay. Requires: the
 * same. */
void strata_arena_close_checkpoint(strata_arena* arena, strata_arena_checkpoint which);

/* Effects: ends all blocks. Keeps chunks for what comes next, at most `keep`
 *   bytes; SIZE_MAX: all.
 * Returns: 1, or 0 on error. */
int strata_arena_reset(strata_arena* arena, size_t keep);

/* Returns: the account that is charged, valid as long as the arena; of an arena
 * without one, that of all pages together. NULL (EINVAL) for a NULL arena. */
strata_account* strata_arena_account(const strata_arena* arena);

/* What an arena holds at one moment. The parts add up:
 *   reserved = allocated + abandoned + remaining + spare + overhead */
typedef struct strata_arena_statistics {
  size_t reserved;     /* taken from pages */
  size_t allocated;    /* blocks, with what they are rounded up to */
  size_t abandoned;    /* tails of chunks that were left for the next one */
  size_t remaining;    /* free in the current chunk */
  size_t spare;        /* kept chunks that wait for their turn */
  size_t overhead;     /* the arena's own bookkeeping */
  size_t peak;         /* the most `allocated` so far */
  size_t chunks;       /* how many, spare ones included */
  size_t large_blocks; /* how many blocks have memory of their own */
} strata_arena_statistics;

/* Effects: fills `into`. Returns: 1, or 0 (EINVAL) when either is NULL. */
int strata_arena_get_statistics(const strata_arena* arena, strata_arena_statistics* into);

/* -- Pools -------------------------------------------------------------------- */

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
} strata_pool_statistics;

/* Effects: fills `into`. Returns: 1, or 0 (EINVAL) when either is NULL. */
int strata_pool_get_statistics(const strata_pool* pool, strata_pool_statistics* into);

/* -- Stacks for fibers ---------------------------------------------------------- */

/* Stacks between guards, reused hot. A fiber may end on another thread than it began
 * on. When pages go back to the system: strata/stack_pool.hpp. */
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
 *   before, ends the program with a diagnosis.
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
} strata_stack_pool_statistics;

/* Effects: fills `into`. Returns: 1, or 0 (EINVAL) when either is NULL. */
int strata_stack_pool_get_statistics(const strata_stack_pool* pool,
                                     strata_stack_pool_statistics* into);

/* Effects: from now on an overflow, or a hit of another guard of strata, says first
 *   whose it is. Call it on each thread that runs fibers.
 * Returns: 1 when the system agreed, else 0. */
int strata_diagnose_guard_hits(void);

#ifdef __cplusplus
}
#endif
#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
