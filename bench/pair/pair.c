// Pairs of malloc and free of one size, for counting instructions: count.py runs
// this under callgrind, with and without an allocator preloaded. The size is a
// constant, as it is in most programs.
//
//   pair DEPTH COUNT    COUNT pairs, DEPTH blocks live at once, freed oldest first
//
// The loop is a function of its own, so that its share of the instructions can be
// told from that of the allocator. It is the same nested loop at every depth, as
// others measure: a simpler one for a single block would flatter depth 1.
#include <stdio.h>
#include <stdlib.h>

#ifndef STRATA_PAIR_BYTES
#define STRATA_PAIR_BYTES 48
#endif

enum { depth_max = 10000, block_bytes = STRATA_PAIR_BYTES };

// The compiler must neither remove the pair nor move anything across it.
static void* used(void* block) {
  __asm__ volatile("" : "+r"(block) : : "memory");
  return block;
}

__attribute__((noinline)) static void loop(void** blocks, long depth, long rounds) {
  for (long round = 0; round < rounds; ++round) {
    for (long i = 0; i < depth; ++i) blocks[i] = used(malloc(block_bytes));
    for (long i = 0; i < depth; ++i) free(blocks[i]);
  }
}

int main(int argc, char** argv) {
  static void* blocks[depth_max];
  const long depth = argc == 3 ? atol(argv[1]) : 0;
  const long count = argc == 3 ? atol(argv[2]) : 0;
  if (depth < 1 || depth > depth_max || count < depth) {
    fprintf(stderr, "usage: %s DEPTH COUNT, with 1 <= DEPTH <= %d and COUNT >= DEPTH\n", argv[0],
            depth_max);
    return 2;
  }
  loop(blocks, depth, count / depth);
  return 0;
}
