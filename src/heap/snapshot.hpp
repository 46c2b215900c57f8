// What a process knows about its memory at one moment, as plain data: the
// preload writes it to a file at exit, `strata run` reads it back and formats
// it, and mallinfo2, malloc_stats and malloc_info are views of it.
//
// The parts of `held` add up to it exactly:
//
//   held = live_bytes + partial_slabs + thread_caches + large_live
//          + large_cache + retained + metadata
//
// All sizes are bytes. Counters are cumulative unless they are called live.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace strata::core {

struct class_snapshot {
  std::uint64_t block_size;
  std::uint64_t slab_size;
  std::uint64_t slabs;            // now
  std::uint64_t live_blocks;      // now: in the hands of the program
  std::uint64_t cached_blocks;    // now: ready in a thread's list
  std::uint64_t free_blocks;      // now: free in slabs, on pages that were touched
  std::uint64_t refills;          // times a thread's list was filled
  std::uint64_t refilled_blocks;  // blocks that went through those refills, about the allocations
};

struct snapshot {
  static constexpr std::uint64_t magic_value = 0x3130617461727473;  // "strata01"
  static constexpr std::size_t class_capacity = 128;

  std::uint64_t magic;
  std::uint64_t size_of_snapshot;  // sizeof(snapshot): a reader of another version refuses
  std::uint64_t process;           // pid
  std::uint64_t elapsed_ns;        // since strata started in this process

  // -- What the OS sees -------------------------------------------------------
  std::uint64_t resident;       // of the whole process
  std::uint64_t resident_peak;  // of the whole process
  std::uint64_t reserved;       // address space
  std::uint64_t regions;
  std::uint64_t segments;  // owned by heaps

  // -- What strata holds, and its parts --------------------------------------
  std::uint64_t held;
  std::uint64_t held_peak;      // counts slabs whole, touched or not, so it is an upper bound
  std::uint64_t live_bytes;     // small and medium blocks in the program's hands
  std::uint64_t partial_slabs;  // free blocks in touched pages of slabs
  std::uint64_t thread_caches;  // free blocks in threads' lists
  std::uint64_t large_live;
  std::uint64_t large_live_blocks;
  std::uint64_t large_cache;  // freed large blocks kept for reuse
  std::uint64_t retained;     // empty slabs whose pages are not yet returned
  std::uint64_t metadata;

  // -- Requests against class sizes, sampled when lists are refilled ----------
  std::uint64_t sampled_requests;  // bytes asked for
  std::uint64_t sampled_blocks;    // bytes of the blocks that served them

  // -- Events -----------------------------------------------------------------
  std::uint64_t refills;               // a thread's list was empty
  std::uint64_t refills_from_mail;     // served by blocks that other threads freed
  std::uint64_t refills_from_active;   // by the active slab
  std::uint64_t refills_from_queue;    // by a partial slab of the queue
  std::uint64_t refills_from_segment;  // by a new slab
  std::uint64_t large_allocations;
  std::uint64_t large_cache_hits;
  std::uint64_t remote_batches;  // posted to other threads
  std::uint64_t remote_blocks;
  std::uint64_t purges;  // calls that gave memory back
  std::uint64_t purged_bytes;
  std::uint64_t threads_now;      // local heaps in use
  std::uint64_t threads_adopted;  // local heaps taken over from ended threads

  std::uint64_t class_count;
  class_snapshot classes[class_capacity];
};

static_assert(std::is_trivially_copyable_v<snapshot>);

}  // namespace strata::core
