/* Threads on stacks of a pool: guarded on both sides, and reused while they are hot. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>

#include <strata/strata.h>

static void* add_up(void* sum) {
  volatile char deep[16 * 1024];
  deep[0] = 1;
  for (size_t i = 1; i < sizeof(deep); ++i) deep[i] = (char)(deep[i - 1] ^ 1);
  for (size_t i = 0; i < sizeof(deep); ++i) *(size_t*)sum += (size_t)deep[i];
  return NULL;
}

/* Runs the function on the stack; 1 when it did. */
static int run_on(const strata_stack* stack, void* (*function)(void*), void* argument) {
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_attr_init(&attributes) != 0) return 0;
  const int started = pthread_attr_setstack(&attributes, stack->base, stack->size) == 0 &&
                      pthread_create(&thread, &attributes, function, argument) == 0;
  pthread_attr_destroy(&attributes);
  return started && pthread_join(thread, NULL) == 0;
}

int main(void) {
  const strata_stack_pool_options options = {.name = "threads", .stack_bytes = 256u << 10};
  strata_stack_pool* const pool = strata_stack_pool_create(&options);
  if (pool == NULL) return 1;

  size_t sum = 0;
  for (int i = 0; i < 10; ++i) {
    strata_stack stack;
    if (strata_stack_pool_get(pool, &stack) == 0) return 1;
    if (!run_on(&stack, add_up, &sum)) return 1;
    strata_stack_pool_put(pool, &stack);
  }

  strata_stack_pool_statistics now;
  if (strata_stack_pool_get_statistics(pool, &now) == 0) return 1;
  printf("%zu; ten threads, %zu stack\n", sum, now.idle);
  strata_stack_pool_destroy(pool);
  return sum == (size_t)10 * 8 * 1024 ? 0 : 1;
}
