/* Sizes and offsets of the public structures, which programs and bindings in other
 * languages are compiled with. The compiler is the test. Whoever changes a line here
 * changes the interface: STRATA_VERSION_MINOR (from 1.0 on, _MAJOR) goes up, the change
 * log says so, and the bindings follow. A new member takes its word from `later`: it is
 * added behind the others, and changes nothing else here. */
#include <strata/strata.h>

#include <stddef.h>
#include <stdint.h>

/* C99 has no static assertions; an array of negative size is refused. */
#define IS_TRUE(name, condition) typedef char layout_##name[(condition) ? 1 : -1]

/* Everything is made of words; the few smaller members stand in pairs. */
#define WORDS(type, count) IS_TRUE(type, sizeof(type) == (count) * sizeof(void*))
#define AT(type, member, word) \
  IS_TRUE(type##_##member, offsetof(type, member) == (word) * sizeof(void*))

/* The first members, a word apart, in this order. */
#define AT_1(type, a) AT(type, a, 0)
#define AT_2(type, a, b) \
  AT_1(type, a);         \
  AT(type, b, 1)
#define AT_3(type, a, b, c) \
  AT_2(type, a, b);         \
  AT(type, c, 2)
#define AT_4(type, a, b, c, d) \
  AT_3(type, a, b, c);         \
  AT(type, d, 3)
#define AT_5(type, a, b, c, d, e) \
  AT_4(type, a, b, c, d);         \
  AT(type, e, 4)
#define AT_6(type, a, b, c, d, e, f) \
  AT_5(type, a, b, c, d, e);         \
  AT(type, f, 5)
#define AT_7(type, a, b, c, d, e, f, g) \
  AT_6(type, a, b, c, d, e, f);         \
  AT(type, g, 6)
#define AT_8(type, a, b, c, d, e, f, g, h) \
  AT_7(type, a, b, c, d, e, f, g);         \
  AT(type, h, 7)
#define AT_9(type, a, b, c, d, e, f, g, h, i) \
  AT_8(type, a, b, c, d, e, f, g, h);         \
  AT(type, i, 8)
#define AT_10(type, a, b, c, d, e, f, g, h, i, j) \
  AT_9(type, a, b, c, d, e, f, g, h, i);          \
  AT(type, j, 9)

WORDS(strata_process_statistics, 8);
AT_6(strata_process_statistics, held, held_peak, resident, resident_peak, reserved, threads);

WORDS(strata_account_options, 8);
AT_3(strata_account_options, name, limit, parent);

WORDS(strata_account_info, 12);
AT_10(strata_account_info, account, name, path, depth, usage, peak, limit, charges, discharges,
      refusals);

WORDS(strata_heap_options, 8);
AT_3(strata_heap_options, name, limit, parent);

WORDS(strata_sized_block, 2);
AT_2(strata_sized_block, block, size);

WORDS(strata_heap_statistics, 12);
AT_8(strata_heap_statistics, held, held_peak, live, large_live, free_in_slabs, free_in_caches,
     retained, metadata);

WORDS(strata_callbacks, 3);
AT_3(strata_callbacks, allocate, deallocate, state);

WORDS(strata_scope, 3);
WORDS(strata_malloc_scope, 4);

WORDS(strata_arena_options, 8);
AT_5(strata_arena_options, name, limit, parent, chunk_bytes, chunk_bytes_max);

WORDS(strata_arena_checkpoint, 7);

WORDS(strata_arena_statistics, 12);
AT_9(strata_arena_statistics, reserved, allocated, abandoned, remaining, spare, overhead, peak,
     chunks, large_blocks);

WORDS(strata_pool_options, 12);
AT_8(strata_pool_options, name, limit, parent, size, alignment, capacity, maximum, upstream);

WORDS(strata_pool_statistics, 8);
AT_6(strata_pool_statistics, capacity, in_use, cached, common, unused, caches);

WORDS(strata_stack_pool_options, 12);
AT_5(strata_stack_pool_options, name, limit, parent, stack_bytes, guard_pages);
IS_TRUE(strata_stack_pool_options_no_guards,
        offsetof(strata_stack_pool_options, no_guards) == 5 * sizeof(void*));
IS_TRUE(strata_stack_pool_options_canary,
        offsetof(strata_stack_pool_options, canary) == 5 * sizeof(void*) + sizeof(int));
AT(strata_stack_pool_options, prefault, 6);
AT(strata_stack_pool_options, initial, 7);
AT(strata_stack_pool_options, maximum, 8);

WORDS(strata_stack, 4);
AT_4(strata_stack, base, size, guard_low, guard_high);

WORDS(strata_stack_pool_statistics, 8);
AT_6(strata_stack_pool_statistics, active, idle, peak, mappings, stack_bytes, held_bytes);

WORDS(strata_object_header, 2);
AT_2(strata_object_header, type, count);
IS_TRUE(strata_object_header_flags,
        offsetof(strata_object_header, flags) == sizeof(void*) + sizeof(uint32_t));

WORDS(strata_object_type, 8);
AT_8(strata_object_type, name, size, alignment, id, size_of, drop, trace, finalise);
IS_TRUE(strata_object_type_later,
        offsetof(strata_object_type, later) == 3 * sizeof(void*) + sizeof(uint32_t));

WORDS(strata_object_visitor, 1);

WORDS(strata_object_heap_options, 12);
AT_8(strata_object_heap_options, name, limit, parent, upstream, step_objects, counting, memory,
     discards);

WORDS(strata_object_heap_statistics, 12);
AT_8(strata_object_heap_statistics, objects, object_bytes, immortal, pending, reserved, chunks,
     alone, step_longest);

WORDS(strata_cycle_collector_options, 8);
AT_6(strata_cycle_collector_options, candidates, bytes, step_objects, manual, without_pressure,
     upstream);

WORDS(strata_cycle_collector_statistics, 12);
AT_9(strata_cycle_collector_statistics, candidates, rounds, abandoned, examined, collected, lost,
     steps, largest_step, longest_step);

int main(void) { return 0; }
