// A preload whose calloc forgets to zero: the driver must notice.
#include <stddef.h>
#include <string.h>

extern void* __libc_malloc(size_t size);
extern void __libc_free(void* block);

void* malloc(size_t size) { return __libc_malloc(size); }

void* calloc(size_t count, size_t size) {
  void* block = __libc_malloc(count * size);
  return block == NULL ? NULL : memset(block, 0x5a, count * size);
}

void free(void* block) { __libc_free(block); }
