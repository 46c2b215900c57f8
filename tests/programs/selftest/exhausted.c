// A preload whose malloc gives up after a while: the driver must notice that
// programs then say other things.
#include <errno.h>
#include <stddef.h>

extern void* __libc_malloc(size_t size);
extern void __libc_free(void* block);

static unsigned long served;

void* malloc(size_t size) {
  if (++served > 200) {
    errno = ENOMEM;
    return NULL;
  }
  return __libc_malloc(size);
}

void free(void* block) { __libc_free(block); }
