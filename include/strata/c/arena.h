/* Arenas in C. Part of strata/strata.h. */
#ifndef STRATA_C_ARENA_H
#define STRATA_C_ARENA_H

#include <stddef.h>

#include <strata/c/account.h>
#include <strata/c/declarations.h>
#include <strata/c/resource.h>

STRATA_C_BEGIN

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
  size_t later[3];        /* 0 */
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

/* Returns: the arena as a resource, for scopes and as an upstream; valid as long as
 * the arena, with its threads. NULL (EINVAL) for a NULL arena. */
strata_resource* strata_arena_resource(strata_arena* arena);

/* What an arena holds at one moment. The parts add up:
 *   reserved = allocated + abandoned + remaining + spare + overhead */
typedef struct strata_arena_statistics {
  size_t reserved;     /* taken from pages */
  size_t allocated;    /* blocks, with what they are rounded up to */
  size_t abandoned;    /* tails of chunks that were left for the next one */
  size_t remaining;    /* free in the current chunk */
  size_t spare;        /* kept chunks, memory of large blocks, that wait */
  size_t overhead;     /* the arena's own bookkeeping */
  size_t peak;         /* the most `allocated` so far */
  size_t chunks;       /* how many, spare ones included */
  size_t large_blocks; /* how many blocks have memory of their own */
  size_t later[3];     /* 0 */
} strata_arena_statistics;

/* Effects: fills `into`. Returns: 1, or 0 (EINVAL) when either is NULL. */
int strata_arena_get_statistics(const strata_arena* arena, strata_arena_statistics* into);

STRATA_C_END

#endif
