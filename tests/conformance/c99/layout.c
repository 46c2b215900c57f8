/* Sizes and offsets of the public structures, which programs and bindings in other
 * languages are compiled with. The compiler is the test. Whoever changes a line here
 * changes the interface: STRATA_VERSION_MINOR (from 1.0 on, _MAJOR) goes up, the change
 * log says so, and the bindings follow. A new member takes its word from `later`,
 * which changes no line but adds one. */
#include <strata/strata.h>

#include <stddef.h>
#include <stdint.h>

/* C99 has no static assertions; an array of negative size is refused. */
#define IS_TRUE(name, condition) typedef char layout_##name[(condition) ? 1 : -1]

/* Everything is made of words. */
#define WORDS(type, count) IS_TRUE(type, sizeof(type) == (count) * sizeof(void*))
#define AT(type, member, word) \
  IS_TRUE(type##_##member, offsetof(type, member) == (word) * sizeof(void*))

WORDS(strata_process_statistics, 8);
AT(strata_process_statistics, held, 0);
AT(strata_process_statistics, held_peak, 1);
AT(strata_process_statistics, resident, 2);
AT(strata_process_statistics, resident_peak, 3);
AT(strata_process_statistics, reserved, 4);
AT(strata_process_statistics, threads, 5);

WORDS(strata_account_options, 8);
AT(strata_account_options, name, 0);
AT(strata_account_options, limit, 1);
AT(strata_account_options, parent, 2);

WORDS(strata_account_info, 12);
AT(strata_account_info, account, 0);
AT(strata_account_info, name, 1);
AT(strata_account_info, path, 2);
AT(strata_account_info, depth, 3);
AT(strata_account_info, usage, 4);
AT(strata_account_info, peak, 5);
AT(strata_account_info, limit, 6);
AT(strata_account_info, charges, 7);
AT(strata_account_info, discharges, 8);
AT(strata_account_info, refusals, 9);

WORDS(strata_heap_options, 8);
AT(strata_heap_options, name, 0);
AT(strata_heap_options, limit, 1);
AT(strata_heap_options, parent, 2);

WORDS(strata_sized_block, 2);
AT(strata_sized_block, block, 0);
AT(strata_sized_block, size, 1);

WORDS(strata_heap_statistics, 12);
AT(strata_heap_statistics, held, 0);
AT(strata_heap_statistics, held_peak, 1);
AT(strata_heap_statistics, live, 2);
AT(strata_heap_statistics, large_live, 3);
AT(strata_heap_statistics, free_in_slabs, 4);
AT(strata_heap_statistics, free_in_caches, 5);
AT(strata_heap_statistics, retained, 6);
AT(strata_heap_statistics, metadata, 7);

WORDS(strata_callbacks, 3);
AT(strata_callbacks, allocate, 0);
AT(strata_callbacks, deallocate, 1);
AT(strata_callbacks, state, 2);

WORDS(strata_scope, 3);
WORDS(strata_malloc_scope, 4);

WORDS(strata_arena_options, 8);
AT(strata_arena_options, name, 0);
AT(strata_arena_options, limit, 1);
AT(strata_arena_options, parent, 2);
AT(strata_arena_options, chunk_bytes, 3);
AT(strata_arena_options, chunk_bytes_max, 4);

WORDS(strata_arena_checkpoint, 7);

WORDS(strata_arena_statistics, 12);
AT(strata_arena_statistics, reserved, 0);
AT(strata_arena_statistics, allocated, 1);
AT(strata_arena_statistics, abandoned, 2);
AT(strata_arena_statistics, remaining, 3);
AT(strata_arena_statistics, spare, 4);
AT(strata_arena_statistics, overhead, 5);
AT(strata_arena_statistics, peak, 6);
AT(strata_arena_statistics, chunks, 7);
AT(strata_arena_statistics, large_blocks, 8);

WORDS(strata_pool_options, 12);
AT(strata_pool_options, name, 0);
AT(strata_pool_options, limit, 1);
AT(strata_pool_options, parent, 2);
AT(strata_pool_options, size, 3);
AT(strata_pool_options, alignment, 4);
AT(strata_pool_options, capacity, 5);
AT(strata_pool_options, maximum, 6);
AT(strata_pool_options, upstream, 7);

WORDS(strata_pool_statistics, 8);
AT(strata_pool_statistics, capacity, 0);
AT(strata_pool_statistics, in_use, 1);
AT(strata_pool_statistics, cached, 2);
AT(strata_pool_statistics, common, 3);
AT(strata_pool_statistics, unused, 4);
AT(strata_pool_statistics, caches, 5);

WORDS(strata_stack_pool_options, 12);
AT(strata_stack_pool_options, name, 0);
AT(strata_stack_pool_options, limit, 1);
AT(strata_stack_pool_options, parent, 2);
AT(strata_stack_pool_options, stack_bytes, 3);
AT(strata_stack_pool_options, guard_pages, 4);
IS_TRUE(strata_stack_pool_options_no_guards,
        offsetof(strata_stack_pool_options, no_guards) == 5 * sizeof(void*));
IS_TRUE(strata_stack_pool_options_canary,
        offsetof(strata_stack_pool_options, canary) == 5 * sizeof(void*) + sizeof(int));
AT(strata_stack_pool_options, prefault, 6);
AT(strata_stack_pool_options, initial, 7);
AT(strata_stack_pool_options, maximum, 8);

WORDS(strata_stack, 4);
AT(strata_stack, base, 0);
AT(strata_stack, size, 1);
AT(strata_stack, guard_low, 2);
AT(strata_stack, guard_high, 3);

WORDS(strata_stack_pool_statistics, 8);
AT(strata_stack_pool_statistics, active, 0);
AT(strata_stack_pool_statistics, idle, 1);
AT(strata_stack_pool_statistics, peak, 2);
AT(strata_stack_pool_statistics, mappings, 3);
AT(strata_stack_pool_statistics, stack_bytes, 4);
AT(strata_stack_pool_statistics, held_bytes, 5);

WORDS(strata_object_header, 2);
AT(strata_object_header, type, 0);
AT(strata_object_header, count, 1);
IS_TRUE(strata_object_header_flags,
        offsetof(strata_object_header, flags) == sizeof(void*) + sizeof(uint32_t));

WORDS(strata_object_type, 8);
AT(strata_object_type, name, 0);
AT(strata_object_type, size, 1);
AT(strata_object_type, alignment, 2);
AT(strata_object_type, id, 3);
AT(strata_object_type, size_of, 4);
AT(strata_object_type, drop, 5);
AT(strata_object_type, trace, 6);
AT(strata_object_type, finalise, 7);

WORDS(strata_object_visitor, 1);

WORDS(strata_object_heap_options, 12);
AT(strata_object_heap_options, name, 0);
AT(strata_object_heap_options, limit, 1);
AT(strata_object_heap_options, parent, 2);
AT(strata_object_heap_options, upstream, 3);
AT(strata_object_heap_options, step_objects, 4);
AT(strata_object_heap_options, counting, 5);
AT(strata_object_heap_options, memory, 6);
AT(strata_object_heap_options, discards, 7);

WORDS(strata_object_heap_statistics, 12);
AT(strata_object_heap_statistics, objects, 0);
AT(strata_object_heap_statistics, object_bytes, 1);
AT(strata_object_heap_statistics, immortal, 2);
AT(strata_object_heap_statistics, pending, 3);
AT(strata_object_heap_statistics, reserved, 4);
AT(strata_object_heap_statistics, chunks, 5);
AT(strata_object_heap_statistics, alone, 6);
AT(strata_object_heap_statistics, step_longest, 7);

WORDS(strata_cycle_collector_options, 8);
AT(strata_cycle_collector_options, candidates, 0);
AT(strata_cycle_collector_options, bytes, 1);
AT(strata_cycle_collector_options, step_objects, 2);
AT(strata_cycle_collector_options, manual, 3);
AT(strata_cycle_collector_options, without_pressure, 4);
AT(strata_cycle_collector_options, upstream, 5);

WORDS(strata_cycle_collector_statistics, 12);
AT(strata_cycle_collector_statistics, candidates, 0);
AT(strata_cycle_collector_statistics, rounds, 1);
AT(strata_cycle_collector_statistics, abandoned, 2);
AT(strata_cycle_collector_statistics, examined, 3);
AT(strata_cycle_collector_statistics, collected, 4);
AT(strata_cycle_collector_statistics, lost, 5);
AT(strata_cycle_collector_statistics, steps, 6);
AT(strata_cycle_collector_statistics, largest_step, 7);
AT(strata_cycle_collector_statistics, longest_step, 8);

int main(void) { return 0; }
