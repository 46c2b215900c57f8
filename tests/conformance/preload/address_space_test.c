/* A program that limits its own address space must still get memory within the
   limit, a clean refusal beyond it, and the freed memory again. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { block_bytes = 64 * 1024, blocks_max = 4096 };

static char* blocks[blocks_max];

static int allocate_until_refused(void) {
  int count = 0;
  for (; count < blocks_max; ++count) {
    errno = 0;
    blocks[count] = malloc(block_bytes);
    if (blocks[count] == NULL) break;
    memset(blocks[count], count, block_bytes);
  }
  return count;
}

static int contents_intact(int count) {
  for (int i = 0; i < count; ++i) {
    if (blocks[i][0] != (char)i || blocks[i][block_bytes - 1] != (char)i) return 0;
  }
  return 1;
}

static void release(int count) {
  for (int i = 0; i < count; ++i) free(blocks[i]);
}

int main(void) {
  free(malloc(1));
  const struct rlimit limit = {128u << 20, 128u << 20};
  if (setrlimit(RLIMIT_AS, &limit) != 0) return 2;
  int smallest = blocks_max;
  for (int round = 0; round < 3; ++round) {
    const int count = allocate_until_refused();
    if (count == blocks_max || errno != ENOMEM || !contents_intact(count)) {
      fprintf(stderr, "round %d: %d blocks, errno %d\n", round, count, errno);
      return 1;
    }
    if (count < smallest) smallest = count;
    release(count);
  }
  if (smallest < blocks_max / 4) {
    fprintf(stderr, "only %d blocks fit into 128 MiB\n", smallest);
    return 1;
  }
  return 0;
}
