/* Counted objects in C: for the runtime of a language. Part of strata/strata.h.
 *
 *   static const strata_object_type pair_type = {
 *       .name = "pair", .size = sizeof(struct pair), .drop = drop_pair};
 *   struct pair* list = strata_object_new(objects, &pair_type);
 *   list->rest = strata_incref(rest);
 *   strata_decref(list);
 *
 * What a type says of its objects, and the header in front of each, is in
 * strata/c/object_layout.h. An object ends when the last reference to it is dropped:
 * `drop` of its type then drops the references that the object holds, and what dies by
 * that ends after it, not inside: a list of any length takes no stack.
 */
#ifndef STRATA_C_OBJECT_H
#define STRATA_C_OBJECT_H

#include <stddef.h>

#include <strata/c/account.h>
#include <strata/c/declarations.h>
#include <strata/c/object_layout.h>
#include <strata/c/resource.h>

STRATA_C_BEGIN

/* Where objects are made. One thread at a time, the owner, makes objects and calls what
 * gets the heap: the one that created it, until another one adopts it. */
typedef struct strata_object_heap strata_object_heap;

/* How references are counted. */
enum strata_counting {
  STRATA_COUNTING_PLAIN,  /* one thread at a time has references to the heap's objects */
  STRATA_COUNTING_ATOMIC, /* any thread has */
  STRATA_COUNTING_BIASED  /* any thread has; for the owner's it costs less */
};

/* Where objects lie. */
enum strata_object_memory {
  STRATA_OBJECTS_POOLED, /* among others of their size; memory serves again at once */
  STRATA_OBJECTS_BUMPED, /* behind each other; memory serves again after a clear */
  STRATA_OBJECTS_ALONE   /* each in a block of its own from the upstream */
};

/* What a new heap of objects is made from. Zeros and NULLs stand for the defaults. */
typedef struct strata_object_heap_options {
  const char* name;          /* of its account; copied; NULL: "objects" */
  size_t limit;              /* of what the heap holds; 0: none */
  strata_account* parent;    /* of its account; NULL: the root */
  strata_resource* upstream; /* where memory comes from; NULL: pages of the heap's own */
  size_t step_objects;       /* that may end within one decref or new; 0: all */
  size_t counting;           /* STRATA_COUNTING_... */
  size_t memory;             /* STRATA_OBJECTS_... */
  size_t discards;           /* 1: objects may live when the heap ends, without `drop` */
  size_t later[4];           /* 0 */
} strata_object_heap_options;

/* Returns: a new heap; NULL (EINVAL) for options that make no sense; NULL (ENOMEM) when
 * refused. `options` may be NULL. */
strata_object_heap* strata_object_heap_create(const strata_object_heap_options* options);

/* Effects: ends what waits to end, and destroys the heap; NULL is ignored. Objects that
 *   live, and are not immortal, end the program with a diagnosis, unless the options
 *   discard them. */
void strata_object_heap_destroy(strata_object_heap* heap);

/* -- Objects ------------------------------------------------------------------ */

/* Returns: a new object, all of it 0, with one reference, the caller's; NULL (ENOMEM)
 *   when refused; NULL (EINVAL) when either is NULL or the type makes no sense. The type
 *   must stay where it is as long as objects of it live. */
void* strata_object_new(strata_object_heap* heap, const strata_object_type* type);

/* The same, with `size` bytes: what the type's `size_of` will say of the object, when
 * the program has written it. Less than the type's size: EINVAL. */
void* strata_object_new_sized(strata_object_heap* heap, const strata_object_type* type,
                              size_t size);

/* Effects: drops the caller's reference, for those who know it to be the only one; when
 *   it is not, nothing happens but an error (EINVAL). NULL is ignored. */
void strata_object_destroy(void* object);

/* Returns: the bytes of a live object, without its header; 0 for NULL. */
size_t strata_object_size(const void* object);

/* Effects: adds a reference. Returns: the object, NULL for NULL. */
void* strata_incref(void* object);

/* Effects: drops a reference; NULL is ignored. One too many ends the program with a
 *   diagnosis where that shows. */
void strata_decref(void* object);

/* Returns: how many references there are; with other threads about, how many there
 *   were. 0 for NULL. */
size_t strata_refcount(const void* object);

/* Effects: the object never ends by its count, only with its heap; NULL is ignored.
 * Requires: the owner of the heap, or that no other thread knows the object yet. */
void strata_object_make_immortal(void* object);

/* -- Heaps of objects --------------------------------------------------------- */

/* Effects: ends up to `objects_max` objects that wait to end.
 * Returns: how many wait still; 0 (EINVAL) for NULL. */
size_t strata_object_heap_step(strata_object_heap* heap, size_t objects_max);

/* Effects: ends all objects at once, without `drop`.
 * Requires: nobody uses a reference to any of them again.
 * Returns: 1, or 0 (EINVAL) for NULL. */
int strata_object_heap_clear(strata_object_heap* heap);

/* Effects: gives memory without objects back. Linear in the heap.
 * Returns: how many bytes; 0 (EINVAL) for NULL. */
size_t strata_object_heap_purge(strata_object_heap* heap);

/* Effects: the calling thread is the owner now.
 * Requires: what the last owner did with the heap happened before.
 * Returns: 1, or 0 (EINVAL) for NULL. */
int strata_object_heap_adopt(strata_object_heap* heap);

/* Returns: the account that is charged, valid as long as the heap; NULL, errno left
 * alone, when none is: over an upstream without name and limit. NULL (EINVAL) for
 * NULL. */
strata_account* strata_object_heap_account(const strata_object_heap* heap);

/* What a heap of objects holds at one moment. */
typedef struct strata_object_heap_statistics {
  size_t objects;      /* that live */
  size_t object_bytes; /* what they ask for, with headers */
  size_t immortal;     /* how many of them never end by their count */
  size_t pending;      /* how many are dead, and wait to end */
  size_t reserved;     /* bytes taken from pages or the upstream */
  size_t chunks;       /* of 64 KiB */
  size_t alone;        /* objects with memory of their own */
  size_t step_longest; /* the most objects that ended within one decref, new or step */
  size_t later[4];     /* 0 */
} strata_object_heap_statistics;

/* Effects: fills `into`. Linear in the heap: making and dropping count nothing.
 * Returns: 1, or 0 (EINVAL) when either is NULL. */
int strata_object_heap_get_statistics(const strata_object_heap* heap,
                                      strata_object_heap_statistics* into);

/* Returns 0 to end the walk. Must not make objects, or drop references. */
typedef int strata_object_walker(void* context, void* object);

/* Effects: calls `visitor` for every live object, in no particular order.
 * Returns: 1 when every object was visited, 0 when the visitor ended it or on error. */
int strata_object_heap_walk(strata_object_heap* heap, strata_object_walker* visitor, void* context);

STRATA_C_END

#endif
