/* A function that was told nothing allocates from the current resource; the caller
 * says which that is. Here it is two functions in C that count. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <strata/strata.h>

struct counts {
  size_t blocks;
  size_t bytes;
};

static void* count_and_allocate(void* state, size_t size, size_t alignment) {
  struct counts* const counts = state;
  ++counts->blocks;
  counts->bytes += size;
  return alignment <= sizeof(void*) ? malloc(size) : NULL;
}

static void release(void* state, void* block, size_t size, size_t alignment) {
  (void)state, (void)size, (void)alignment;
  free(block);
}

static char* join(const char* one, const char* other) {
  const size_t size = strlen(one) + strlen(other) + 1;
  char* const text = strata_resource_allocate(strata_current_resource(), size, 1);
  if (text == NULL) return NULL;
  return strcat(strcpy(text, one), other);
}

int main(void) {
  struct counts counts = {0, 0};
  const strata_callbacks functions = {count_and_allocate, release, &counts};
  strata_resource* const counted = strata_callback_resource_create(&functions);
  if (counted == NULL) return 1;

  strata_scope scope;
  if (strata_scope_enter(&scope, counted) == 0) return 1;
  char* const text = join("one ", "scope");
  strata_scope_leave(&scope);
  if (text == NULL) return 1;

  printf("%s: %zu block, %zu bytes\n", text, counts.blocks, counts.bytes);
  strata_resource_deallocate(counted, text, strlen(text) + 1, 1);
  strata_callback_resource_destroy(counted);
  return counts.blocks == 1 ? 0 : 1;
}
