/* Resources in C, from functions of the program's. Part of strata/strata.h. */
#ifndef STRATA_C_RESOURCE_H
#define STRATA_C_RESOURCE_H

#include <stddef.h>

#include <strata/c/declarations.h>

STRATA_C_BEGIN

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

STRATA_C_END

#endif
