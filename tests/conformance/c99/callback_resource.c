/* A resource from functions written in C99. */
#include <strata/strata.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

/* A buffer whose blocks are given out one after the other. */
struct buffer {
  unsigned char bytes[4096];
  size_t used;
  size_t live;
};

static void* buffer_allocate(void* state, size_t size, size_t alignment) {
  struct buffer* const from = (struct buffer*)state;
  const uintptr_t next = (uintptr_t)from->bytes + from->used;
  const size_t start =
      (size_t)((next + alignment - 1) / alignment * alignment - (uintptr_t)from->bytes);
  if (size > sizeof(from->bytes) || start > sizeof(from->bytes) - size) return NULL;
  from->used = start + size;
  from->live += size;
  return from->bytes + start;
}

static void buffer_deallocate(void* state, void* block, size_t size, size_t alignment) {
  (void)block;
  (void)alignment;
  ((struct buffer*)state)->live -= size;
}

static struct buffer memory;

int main(void) {
  const strata_callbacks functions = {
      .allocate = buffer_allocate, .deallocate = buffer_deallocate, .state = &memory};
  strata_resource* const resource = strata_callback_resource_create(&functions);
  void* first;
  void* second;

  CHECK(resource != NULL);
  first = strata_resource_allocate(resource, 100, 8);
  second = strata_resource_allocate(resource, 1000, 256);
  CHECK(first != NULL && second != NULL);
  CHECK((uintptr_t)second % 256 == 0);
  CHECK(memory.live == 1100);
  memset(first, 1, 100);
  memset(second, 2, 1000);

  errno = 0;
  CHECK(strata_resource_allocate(resource, sizeof(memory.bytes), 1) == NULL);
  CHECK(errno == ENOMEM);
  CHECK(strata_resource_allocate(resource, 1, 3) == NULL);
  CHECK(errno == EINVAL);

  strata_resource_deallocate(resource, first, 100, 8);
  strata_resource_deallocate(resource, second, 1000, 256);
  strata_resource_deallocate(resource, NULL, 1, 1);
  CHECK(memory.live == 0);
  strata_callback_resource_destroy(resource);
  strata_callback_resource_destroy(NULL);
  return 0;
}
