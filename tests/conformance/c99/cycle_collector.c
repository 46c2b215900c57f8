/* Cycles of counted objects, from C99. */
#include <strata/strata.h>

#include <errno.h>
#include <string.h>

#include "check.h"

struct node {
  struct node* next;
};

static size_t nodes_ended;

static void drop_node(void* object) {
  ++nodes_ended;
  strata_decref(((struct node*)object)->next);
}

static void trace_node(const void* object, strata_object_visitor* visitor) {
  struct node* const next = ((const struct node*)object)->next;
  if (next != NULL) visitor->visit(visitor, next);
}

static const strata_object_type node_type = {
    .name = "node", .size = sizeof(struct node), .drop = drop_node, .trace = trace_node};

/* Nodes that refer to each other in a ring; one reference to the first is the caller's. */
static struct node* make_ring(strata_object_heap* heap, int length) {
  struct node* const first = strata_object_new(heap, &node_type);
  struct node* last = first;
  for (int i = 1; i < length && last != NULL; ++i) {
    last->next = strata_object_new(heap, &node_type);
    last = last->next;
  }
  if (last != NULL) last->next = strata_incref(first);
  return last == NULL ? NULL : first;
}

static int rings_end_and_what_is_referred_to_stays(void) {
  strata_object_heap* const heap = strata_object_heap_create(NULL);
  strata_cycle_collector* const cycles = strata_cycle_collector_create(
      heap, &(strata_cycle_collector_options){.manual = 1, .without_pressure = 1});
  strata_cycle_collector_statistics now;
  struct node* kept;

  CHECK(cycles != NULL);
  nodes_ended = 0;
  kept = make_ring(heap, 10);
  strata_decref(strata_incref(kept)); /* a candidate, but alive */
  strata_decref(make_ring(heap, 100));
  CHECK(nodes_ended == 0);
  CHECK(strata_cycle_collector_collect(cycles) == 100);
  CHECK(nodes_ended == 100 && strata_refcount(kept) == 2 && kept->next != NULL);
  CHECK(strata_cycle_collector_get_statistics(cycles, &now) == 1);
  CHECK(now.collected == 100 && now.examined >= 110 && now.rounds >= 1 && now.lost == 0);
  strata_decref(kept);
  CHECK(strata_cycle_collector_collect_all(cycles) == 10 && nodes_ended == 110);
  strata_cycle_collector_destroy(cycles);
  strata_object_heap_destroy(heap);
  return 0;
}

static int steps_are_small(void) {
  enum { length = 10000 };
  strata_object_heap* const heap = strata_object_heap_create(NULL);
  strata_cycle_collector* const cycles = strata_cycle_collector_create(
      heap, &(strata_cycle_collector_options){.candidates = 1, .manual = 1});
  strata_cycle_collector_statistics now;
  int steps = 0;

  nodes_ended = 0;
  strata_decref(make_ring(heap, length));
  strata_decref(make_ring(heap, length));
  CHECK(nodes_ended == 0); /* nothing by itself */
  while (strata_cycle_collector_step(cycles, 100)) ++steps;
  CHECK(nodes_ended == 2 * length && steps >= 2 * length / 100);
  CHECK(strata_cycle_collector_get_statistics(cycles, &now) == 1);
  CHECK(now.steps > (size_t)steps && now.largest_step < 1000);
  strata_cycle_collector_destroy(cycles);
  strata_object_heap_destroy(heap);
  return 0;
}

/* Whether 20 000 rings can be made and dropped within two megabytes. */
static int serves(const strata_cycle_collector_options* options) {
  strata_object_heap* const heap = strata_object_heap_create(
      &(strata_object_heap_options){.name = "rings", .limit = 2u << 20, .discards = 1});
  strata_cycle_collector* const cycles = strata_cycle_collector_create(heap, options);
  struct node* ring = NULL;

  for (int i = 0; i < 20000 && (i == 0 || ring != NULL); ++i) {
    ring = make_ring(heap, 10);
    strata_decref(ring);
  }
  strata_cycle_collector_destroy(cycles);
  strata_object_heap_destroy(heap);
  return ring != NULL;
}

static int memory_stays_bounded(void) {
  const strata_cycle_collector_options by_itself = {
      .candidates = 100, .step_objects = 100000, .without_pressure = 1};
  const strata_cycle_collector_options under_pressure = {.manual = 1};
  const strata_cycle_collector_options not_at_all = {.manual = 1, .without_pressure = 1};

  CHECK(serves(&by_itself));
  CHECK(serves(&under_pressure));
  CHECK(!serves(&not_at_all));
  return 0;
}

static int nonsense_is_refused(void) {
  strata_object_heap* const plain = strata_object_heap_create(NULL);
  strata_object_heap* const atomic =
      strata_object_heap_create(&(strata_object_heap_options){.counting = STRATA_COUNTING_ATOMIC});
  strata_cycle_collector* const cycles = strata_cycle_collector_create(plain, NULL);

  CHECK(cycles != NULL);
  errno = 0;
  CHECK(strata_cycle_collector_create(NULL, NULL) == NULL && errno == EINVAL);
  CHECK(strata_cycle_collector_create(atomic, NULL) == NULL);
  CHECK(strstr(strata_last_error(), "plainly") != NULL);
  CHECK(strata_cycle_collector_create(plain, NULL) == NULL);
  CHECK(strata_cycle_collector_step(NULL, 1) == 0);
  CHECK(strata_cycle_collector_collect(NULL) == 0);
  CHECK(strata_cycle_collector_collect_all(NULL) == 0);
  CHECK(strata_cycle_collector_get_statistics(cycles, NULL) == 0);
  CHECK(strata_cycle_collector_get_statistics(NULL, NULL) == 0);
  CHECK(errno == EINVAL);
  strata_cycle_collector_destroy(cycles);
  CHECK(strata_cycle_collector_create(plain, &(strata_cycle_collector_options){.later = {1}}) ==
        NULL);
  errno = 0;
  strata_cycle_collector_destroy(NULL);
  CHECK(errno == 0);
  strata_object_heap_destroy(atomic);
  strata_object_heap_destroy(plain);
  return 0;
}

int main(void) {
  return rings_end_and_what_is_referred_to_stays() || steps_are_small() || memory_stays_bounded() ||
         nonsense_is_refused();
}
