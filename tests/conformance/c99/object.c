/* Counted objects, from C99: as the runtime of a small language has them. */
#include <strata/strata.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

struct pair {
  struct pair* first;
  struct pair* rest;
};

static size_t pairs_ended;

static void drop_pair(void* object) {
  struct pair* const pair = object;
  ++pairs_ended;
  strata_decref(pair->first);
  strata_decref(pair->rest);
}

static const strata_object_type pair_type = {
    .name = "pair", .size = sizeof(struct pair), .id = 7, .drop = drop_pair};

/* Takes over the references. */
static struct pair* make_pair(strata_object_heap* heap, struct pair* first, struct pair* rest) {
  struct pair* const pair = strata_object_new(heap, &pair_type);
  if (pair == NULL) return NULL;
  pair->first = first;
  pair->rest = rest;
  return pair;
}

static size_t live(const strata_object_heap* heap) {
  strata_object_heap_statistics now;
  return strata_object_heap_get_statistics(heap, &now) ? now.objects : SIZE_MAX;
}

static int counts_and_ends(size_t counting, size_t memory) {
  strata_object_heap* const heap = strata_object_heap_create(
      &(strata_object_heap_options){.name = "counted", .counting = counting, .memory = memory});
  struct pair* shared;
  struct pair* whole;
  strata_object_heap_statistics now;

  CHECK(heap != NULL);
  pairs_ended = 0;
  shared = make_pair(heap, NULL, NULL);
  CHECK(shared != NULL && shared->first == NULL && shared->rest == NULL);
  CHECK((uintptr_t)shared % 16 == 0);
  CHECK(strata_refcount(shared) == 1 && strata_object_size(shared) == sizeof(struct pair));
  whole = make_pair(heap, strata_incref(shared), strata_incref(shared));
  CHECK(strata_refcount(shared) == 3 && live(heap) == 2);
  strata_decref(whole);
  CHECK(pairs_ended == 1 && strata_refcount(shared) == 1 && live(heap) == 1);
  CHECK(strata_object_heap_get_statistics(heap, &now) == 1);
  CHECK(now.alone == (memory == STRATA_OBJECTS_ALONE) && now.chunks == !now.alone);

  whole = strata_object_new(heap, &pair_type); /* where the last one was */
  CHECK(whole->first == NULL && whole->rest == NULL);
  strata_object_destroy(whole);
  CHECK(pairs_ended == 2 && live(heap) == 1);

  errno = 0;
  CHECK(strata_incref(shared) == shared);
  strata_object_destroy(shared);
  CHECK(errno == EINVAL && pairs_ended == 2 && strata_refcount(shared) == 2);
  CHECK(strstr(strata_last_error(), "references") != NULL);
  strata_decref(shared);
  strata_object_destroy(shared);
  CHECK(pairs_ended == 3 && live(heap) == 0);
  strata_object_heap_destroy(heap);
  return 0;
}

/* A million pairs end one after the other, not one inside the other; in steps. */
static int long_lists_end_in_steps(void) {
  enum { length = 1000000, step = 1000 };
  strata_object_heap* const heap = strata_object_heap_create(
      &(strata_object_heap_options){.name = "lists", .step_objects = step});
  struct pair* list = NULL;
  strata_object_heap_statistics now;

  pairs_ended = 0;
  for (int i = 0; i < length; ++i) {
    list = make_pair(heap, NULL, list);
    CHECK(list != NULL);
  }
  CHECK(strata_account_usage(strata_object_heap_account(heap)) >= length * sizeof(struct pair));
  strata_decref(list);
  CHECK(pairs_ended == step);
  CHECK(strata_object_heap_step(heap, 10) == 1);
  CHECK(pairs_ended == step + 10);
  CHECK(strata_object_heap_step(heap, SIZE_MAX) == 0);
  CHECK(pairs_ended == length);
  CHECK(strata_object_heap_get_statistics(heap, &now) == 1);
  CHECK(now.objects == 0 && now.pending == 0 && now.reserved > 0);
  CHECK(strata_object_heap_purge(heap) == now.reserved);
  strata_object_heap_destroy(heap);
  return 0;
}

struct text {
  size_t length;
  char characters[];
};

static size_t size_of_text(const void* object) {
  return sizeof(struct text) + ((const struct text*)object)->length;
}

static const strata_object_type text_type = {
    .name = "text", .size = sizeof(struct text), .alignment = 64, .size_of = size_of_text};

static int sizes_and_alignments_of_each(void) {
  strata_object_heap* const heap = strata_object_heap_create(NULL);
  struct text* texts[40];

  CHECK(heap != NULL);
  for (size_t i = 0; i < 40; ++i) {
    const size_t length = i * i * i;
    texts[i] = strata_object_new_sized(heap, &text_type, sizeof(struct text) + length);
    CHECK(texts[i] != NULL && (uintptr_t)texts[i] % 64 == 0);
    for (size_t at = 0; at < length; ++at) CHECK(texts[i]->characters[at] == 0);
    texts[i]->length = length;
    memset(texts[i]->characters, (int)i, length);
  }
  for (size_t i = 0; i < 40; ++i) {
    CHECK(strata_object_size(texts[i]) == sizeof(struct text) + i * i * i);
    for (size_t at = 0; at < i * i * i; ++at) CHECK(texts[i]->characters[at] == (char)i);
    strata_decref(texts[i]);
  }
  CHECK(live(heap) == 0);
  strata_object_heap_destroy(heap);
  return 0;
}

static int count_pair(void* context, void* object) {
  const strata_object_header* const header = (const strata_object_header*)object - 1;
  ++*(size_t*)context;
  return header->type == &pair_type && header->type->id == 7;
}

static int walks_and_ends_without_drop(void) {
  strata_object_heap* const heap =
      strata_object_heap_create(&(strata_object_heap_options){.discards = 1});
  struct pair* symbol;
  strata_object_heap_statistics now;
  size_t seen = 0;

  pairs_ended = 0;
  for (int i = 0; i < 100; ++i) CHECK(make_pair(heap, NULL, NULL) != NULL);
  symbol = make_pair(heap, NULL, NULL);
  strata_object_make_immortal(symbol);
  strata_decref(symbol);
  strata_decref(symbol);
  CHECK(strata_object_heap_walk(heap, count_pair, &seen) == 1 && seen == 101);
  CHECK(strata_object_heap_get_statistics(heap, &now) == 1);
  CHECK(now.immortal == 1 && now.object_bytes >= 101 * sizeof(struct pair));
  CHECK(strata_object_new(heap, &text_type) != NULL);
  seen = 0;
  CHECK(strata_object_heap_walk(heap, count_pair, &seen) == 0 && seen <= 102);
  CHECK(strata_object_heap_clear(heap) == 1 && live(heap) == 0);
  CHECK(strata_object_heap_adopt(heap) == 1);
  CHECK(make_pair(heap, NULL, NULL) != NULL); /* discarded */
  strata_object_heap_destroy(heap);
  CHECK(pairs_ended == 0);
  return 0;
}

static int limits_refuse(void) {
  const strata_object_type vast = {.name = "vast", .size = 8, .alignment = SIZE_MAX / 2 + 1};
  strata_object_heap* const heap =
      strata_object_heap_create(&(strata_object_heap_options){.name = "small", .limit = 1u << 20});
  errno = 0;
  CHECK(strata_object_new_sized(heap, &text_type, 2u << 20) == NULL && errno == ENOMEM);
  CHECK(strata_object_new_sized(heap, &text_type, SIZE_MAX) == NULL);
  CHECK(strata_object_new(heap, &vast) == NULL);
  CHECK(strata_object_new_sized(heap, &vast, vast.alignment) == NULL && errno == ENOMEM);
  CHECK(strata_account_usage(strata_object_heap_account(heap)) <= 1u << 20);
  strata_object_heap_destroy(heap);
  return 0;
}

static int nonsense_is_refused(void) {
  const strata_object_type skewed = {.name = "skewed", .size = 8, .alignment = 24};
  const strata_object_type newer = {.name = "newer", .size = 8, .later = 1};
  strata_object_heap* const heap = strata_object_heap_create(NULL);

  errno = 0;
  CHECK(strata_object_heap_create(&(strata_object_heap_options){.counting = 3}) == NULL);
  CHECK(strata_object_heap_create(&(strata_object_heap_options){.memory = 3}) == NULL);
  CHECK(strata_object_heap_create(&(strata_object_heap_options){.later = {1}}) == NULL);
  CHECK(errno == EINVAL);
  CHECK(strata_object_new(heap, &skewed) == NULL && strata_object_new(heap, &newer) == NULL);
  CHECK(strata_object_new_sized(heap, &pair_type, sizeof(struct pair) - 1) == NULL);
  errno = 0;
  CHECK(strata_object_new(NULL, &pair_type) == NULL && strata_object_new(heap, NULL) == NULL);
  CHECK(strata_object_heap_step(NULL, 1) == 0 && strata_object_heap_clear(NULL) == 0);
  CHECK(strata_object_heap_purge(NULL) == 0 && strata_object_heap_adopt(NULL) == 0);
  CHECK(strata_object_heap_account(NULL) == NULL);
  CHECK(strata_object_heap_get_statistics(heap, NULL) == 0);
  CHECK(strata_object_heap_get_statistics(NULL, NULL) == 0);
  CHECK(strata_object_heap_walk(heap, NULL, NULL) == 0);
  CHECK(strata_object_heap_walk(NULL, count_pair, NULL) == 0);
  CHECK(errno == EINVAL);
  errno = 0;
  strata_object_heap_destroy(NULL);
  strata_object_destroy(NULL);
  strata_decref(NULL);
  strata_object_make_immortal(NULL);
  CHECK(strata_incref(NULL) == NULL && strata_refcount(NULL) == 0);
  CHECK(strata_object_size(NULL) == 0 && errno == 0);
  strata_object_heap_destroy(heap);
  return 0;
}

int main(void) {
  for (size_t counting = STRATA_COUNTING_PLAIN; counting <= STRATA_COUNTING_BIASED; ++counting) {
    for (size_t memory = STRATA_OBJECTS_POOLED; memory <= STRATA_OBJECTS_ALONE; ++memory) {
      if (counts_and_ends(counting, memory)) return 1;
    }
  }
  return long_lists_end_in_steps() || sizes_and_alignments_of_each() ||
         walks_and_ends_without_drop() || limits_refuse() || nonsense_is_refused();
}
