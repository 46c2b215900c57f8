// A program in plain C, without the C++ runtime in the process: every entry
// point of <stdlib.h> and <malloc.h> works when the allocator is the only C++ there.
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(int ok, const char* what) {
  if (!ok) {
    fprintf(stderr, "failed: %s\n", what);
    exit(EXIT_FAILURE);
  }
}

static void every_entry_point(void) {
  void* block = NULL;
  require(posix_memalign(&block, 256, 1000) == 0 && (uintptr_t)block % 256 == 0, "posix_memalign");
  void* blocks[] = {malloc(100),
                    calloc(10, 10),
                    realloc(NULL, 100),
                    reallocarray(NULL, 10, 10),
                    memalign(64, 100),
                    valloc(100),
                    pvalloc(100),
                    aligned_alloc(64, 128),
                    block};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; ++i) {
    require(blocks[i] != NULL, "a block from every entry point");
    require(malloc_usable_size(blocks[i]) >= 100, "malloc_usable_size");
    memset(blocks[i], 1, 100);
    blocks[i] = realloc(blocks[i], 5000);
    require(((char*)blocks[i])[99] == 1, "realloc of a block from every entry point");
    free(blocks[i]);
  }
  errno = 0;
  volatile size_t too_large = SIZE_MAX;
  require(malloc(too_large) == NULL && errno == ENOMEM, "ENOMEM");
  require(mallinfo2().uordblks + mallinfo2().hblkhd + 1 > 0, "mallinfo2");
  malloc_trim(0);
  free(NULL);
}

static void* worker(void* argument) {
  char* text = argument;
  for (int i = 0; i < 10000; ++i) {
    char* copy = strdup(text);
    require(strcmp(copy, text) == 0, "strdup");
    free(copy);
  }
  free(text);
  return malloc(100);
}

static void threads(void) {
  pthread_t handles[8];
  for (int i = 0; i < 8; ++i) {
    require(pthread_create(&handles[i], NULL, worker, strdup("from the main thread")) == 0,
            "thread");
  }
  for (int i = 0; i < 8; ++i) {
    void* block = NULL;
    pthread_join(handles[i], &block);
    free(block);
  }
}

int main(void) {
  every_entry_point();
  threads();
  puts("ok");
  return EXIT_SUCCESS;
}
