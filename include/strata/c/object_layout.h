/* How a counted object lies in memory, and what a type says about its objects: for C
 * and C++ alike. strata/object/object_header.hpp has the same under C++ names. Part of
 * strata/strata.h.
 *
 *          -16                  -8           -4            0
 *   ... ----+--------------------+------------+------------+--------------- ...
 *           | type               | count      | flags      | the object
 *   ... ----+--------------------+------------+------------+--------------- ...
 *            strata_object_header, aligned to 16            aligned as the type asks,
 *                                                           to 16 at least
 */
#ifndef STRATA_C_OBJECT_LAYOUT_H
#define STRATA_C_OBJECT_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include <strata/c/declarations.h>

STRATA_C_BEGIN

/* Gets each object that another one refers to. Embed it as the first member of a
 * struct to carry more. */
typedef struct strata_object_visitor strata_object_visitor;
struct strata_object_visitor {
  void (*visit)(strata_object_visitor* visitor, void* object);
};

/* What is true of all objects of a type. Never changes, and outlives every object.
 * No function here may throw or jump away. Zeros and NULLs stand for the defaults. */
typedef struct strata_object_type {
  const char* name; /* in reports and diagnoses; NULL: "object" */
  size_t size;      /* bytes of an object; where size_of is set, of the smallest */
  size_t alignment; /* of an object: a power of two; 0: 16 */
  uint32_t id;      /* the program's own */
  uint32_t later;   /* 0 */

  /* Returns: the bytes of a live object. NULL: every object has `size`. */
  size_t (*size_of)(const void* object);

  /* Effects: drops the references that the object holds, and ends what else it owns.
   *   Called once, when nothing refers to the object any more; its memory ends after.
   *   NULL: there is nothing to do. */
  void (*drop)(void* object);

  /* Effects: hands each reference that the object holds to the visitor: once for each
   *   that is counted. Changes nothing. NULL: objects of the type hold none, and are
   *   never part of a cycle. */
  void (*trace)(const void* object, strata_object_visitor* visitor);

  /* Effects: what the program wants done before the object ends. The object and what
   *   it refers to are whole. A reference to it that is made here and kept brings the
   *   object back; this is called once in an object's life all the same. NULL: none. */
  void (*finalise)(void* object);
} strata_object_type;

/* What stands in front of every object. Programs may read `type`, and own the bits of
 * STRATA_OBJECT_OWN_BITS; all else belongs to the library. */
typedef struct strata_object_header {
  const strata_object_type* type;
  uint32_t count; /* of references; 1 when new */
  uint32_t flags;
} strata_object_header;

/* Flags. The low bits are 0 while an object is counted in `count` alone; see
 * docs/internals/objects.md for what they hold otherwise. */
#define STRATA_OBJECT_IMMORTAL 0x80000000u  /* never ends by its count */
#define STRATA_OBJECT_ALONE 0x40000000u     /* its memory is shared with no other object */
#define STRATA_OBJECT_OBSERVED 0x20000000u  /* weak references to it were made */
#define STRATA_OBJECT_ENDING 0x10000000u    /* nothing refers to it; `drop` ran, or will */
#define STRATA_OBJECT_FINALISED 0x08000000u /* `finalise` ran */
#define STRATA_OBJECT_MERGED 0x04000000u    /* biased counting: counted in `flags` alone */
#define STRATA_OBJECT_KEPT 0x02000000u      /* a collector will end its memory */
/* Of a cycle collector. Not for biased counting, which counts in these bits. */
#define STRATA_OBJECT_COLOUR 0x00c00000u
#define STRATA_OBJECT_BLACK 0x00000000u  /* in use, or free */
#define STRATA_OBJECT_GREY 0x00400000u   /* perhaps part of a dead cycle */
#define STRATA_OBJECT_WHITE 0x00800000u  /* part of a dead cycle */
#define STRATA_OBJECT_PURPLE 0x00c00000u /* perhaps the root of one */
/* Of the program, with plain and atomic counting. */
#define STRATA_OBJECT_OWN_BITS 0x000ff000u

STRATA_C_END

#endif
