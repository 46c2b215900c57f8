/* Values of a small language: lists of numbers and lists, counted, ended by their last
 * reference. The type of a value is in the header in front of it. */
#include <stdio.h>

#include <strata/strata.h>

struct pair {
  void* first;
  void* rest;
};

static void drop_pair(void* value) {
  struct pair* const pair = value;
  strata_decref(pair->first);
  strata_decref(pair->rest);
}

static const strata_object_type number_type = {.name = "number", .size = sizeof(long)};
static const strata_object_type pair_type = {
    .name = "pair", .size = sizeof(struct pair), .drop = drop_pair};

static const strata_object_type* type_of(const void* value) {
  return ((const strata_object_header*)value)[-1].type;
}

static void* number(strata_object_heap* heap, long value) {
  long* const made = strata_object_new(heap, &number_type);
  if (made != NULL) *made = value;
  return made;
}

/* Takes over both references, also where memory is refused. */
static void* pair(strata_object_heap* heap, void* first, void* rest) {
  struct pair* const made = strata_object_new(heap, &pair_type);
  if (made == NULL) {
    strata_decref(first);
    strata_decref(rest);
    return NULL;
  }
  made->first = first;
  made->rest = rest;
  return made;
}

static void print(const void* value) {
  if (value == NULL) {
    printf("()");
  } else if (type_of(value) == &number_type) {
    printf("%ld", *(const long*)value);
  } else {
    const struct pair* const cell = value;
    printf("(");
    print(cell->first);
    printf(" . ");
    print(cell->rest);
    printf(")");
  }
}

int main(void) {
  const strata_object_heap_options options = {.name = "values", .limit = 64u << 20};
  strata_object_heap* const heap = strata_object_heap_create(&options);
  if (heap == NULL) return 1;

  void* const shared = pair(heap, number(heap, 1), NULL);
  void* const tree = pair(heap, strata_incref(shared), shared);
  print(tree);
  printf(": %zu references to the shared list\n", strata_refcount(shared));

  void* list = NULL;
  for (long i = 0; i < 100000; ++i) list = pair(heap, number(heap, i), list);
  strata_decref(list); /* ends them one by one, without recursion */
  strata_decref(tree);

  strata_object_heap_statistics now;
  if (strata_object_heap_get_statistics(heap, &now) == 0) return 1;
  printf("%zu objects live\n", now.objects);
  strata_object_heap_destroy(heap); /* would say so if one did */
  return now.objects == 0 ? 0 : 1;
}
