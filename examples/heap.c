/* A heap per task: named, limited, and gone as a whole when the task ends. */
#include <stdio.h>
#include <string.h>

#include <strata/strata.h>

struct word {
  struct word* next;
  char text[];
};

static struct word* remember(strata_heap* heap, struct word* before, const char* text) {
  struct word* added = strata_heap_allocate(heap, sizeof(struct word) + strlen(text) + 1);
  if (added == NULL) return NULL;
  added->next = before;
  strcpy(added->text, text);
  return added;
}

static int count_block(void* context, void* block, size_t usable_size) {
  (void)block;
  (void)usable_size;
  ++*(int*)context;
  return 1;
}

int main(void) {
  const strata_heap_options options = {.name = "words", .limit = 8u << 20};
  strata_heap* heap = strata_heap_create(&options);
  if (heap == NULL) return 1;

  struct word* list = NULL;
  const char* const text[] = {"slabs", "in", "segments", "in", "regions"};
  for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); ++i) {
    list = remember(heap, list, text[i]);
    if (list == NULL) return 1;
  }
  for (const struct word* word = list; word != NULL; word = word->next) puts(word->text);

  int blocks = 0;
  strata_heap_walk(heap, count_block, &blocks);
  printf("%d blocks\n", blocks);

  /* Beyond the limit the heap refuses, and says so. */
  if (strata_heap_allocate(heap, 16u << 20) != NULL) return 1;
  puts(strata_last_error());

  strata_heap_destroy(heap); /* no block is freed one by one */
  return 0;
}
