/* A library whose fork handlers allocate, registered before the program's first
 * allocation: they run after the allocator has taken its locks. */
#include <pthread.h>
#include <stdlib.h>

enum { block_count = 5000 };
static void* blocks[block_count];

static void prepare(void) {
  for (size_t i = 0; i < block_count; ++i) blocks[i] = malloc(1000 + i * 40);
}

static void after(void) {
  for (size_t i = 0; i < block_count; ++i) free(blocks[i]);
}

__attribute__((constructor)) static void start(void) { pthread_atfork(prepare, after, after); }

void use_fork_handlers(void);
void use_fork_handlers(void) {}
