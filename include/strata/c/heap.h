/* Heaps in C. Part of strata/strata.h, which says what holds of all functions. */
#ifndef STRATA_C_HEAP_H
#define STRATA_C_HEAP_H

#include <stddef.h>

#include <strata/c/account.h>
#include <strata/c/declarations.h>

STRATA_C_BEGIN

typedef struct strata_heap strata_heap;

/* What a new heap is made from. Zeros and NULLs stand for the defaults. */
typedef struct strata_heap_options {
  const char* name;       /* of its account; copied; NULL: "heap" */
  size_t limit;           /* of what the heap holds; 0: none */
  strata_account* parent; /* of its account, NULL: the root */
  size_t later[5];        /* 0 */
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

/* The same, and checks that the block has at least this size; one above its own ends the
 * program with a diagnosis. */
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
  size_t later[4];       /* 0 */
} strata_heap_statistics;

/* Effects: fills `into`. Returns: 1, or 0 (EINVAL) when either is NULL. */
int strata_heap_get_statistics(strata_heap* heap, strata_heap_statistics* into);

STRATA_C_END

#endif
