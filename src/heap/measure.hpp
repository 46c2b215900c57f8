// Fills a snapshot from the structures themselves: nothing on the way of an
// allocation counts anything. Other threads may run meanwhile; what they own
// without a lock is then read as it is passing by, so figures of a running
// program are close, and those of a resting one exact.
#pragma once

#include "heap/basic_heap_cold.hpp"
#include "heap/snapshot.hpp"

namespace strata::core {

static_assert(class_count - 1 <= snapshot::class_capacity);

// Bytes of a slab's granules that are resident as far as strata knows.
template <class Os>
[[nodiscard]] std::size_t slab_resident_bytes(const basic_domain<Os>& domain,
                                              const slab& head) noexcept {
  const std::size_t granule = domain.slabs.granule_of(head);
  const std::size_t touched = base::align_up(touched_bytes(head), Os::page_size());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < slab_granules(head.size_class); ++i) {
    const std::size_t before = i * granule_bytes;
    const std::size_t here = touched > before ? std::min(touched - before, granule_bytes) : 0;
    bytes += std::max<std::size_t>(here, resident_bytes(domain.slabs.at(granule + i)));
  }
  return bytes;
}

template <class Os>
void measure_slab(const basic_domain<Os>& domain, const slab& head, snapshot& into) noexcept {
  class_snapshot& of_class = into.classes[head.size_class - 1];
  const std::uint64_t used = base::racy_load(head.used);
  ++of_class.slabs;
  of_class.live_blocks += used;
  of_class.free_blocks += base::racy_load(head.extended) - used;
  into.live_bytes += used * of_class.block_size;
  into.partial_slabs += slab_resident_bytes(domain, head) - used * of_class.block_size;
}

// `mine`: whether the calling thread owns the local heap, and may walk its lists.
template <class Config>
void measure_local(basic_local_heap<Config>& local, bool mine, snapshot& into) noexcept {
  for (std::size_t index = 1; index < class_count; ++index) {
    class_snapshot& of_class = into.classes[index - 1];
    const std::uint64_t refills = base::racy_load(local.queue_of(index).refills);
    of_class.refills += refills;
    of_class.refilled_blocks += base::racy_load(local.queue_of(index).refilled_blocks);
    into.refills += refills;
    into.refills_from_active += refills;  // less what is told apart below
    into.sampled_blocks += refills * of_class.block_size;
    if (!mine) continue;
    const std::uint64_t cached = local.list_length(index);
    of_class.cached_blocks += cached;
    of_class.live_blocks -= cached;
    into.thread_caches += cached * of_class.block_size;
    into.live_bytes -= cached * of_class.block_size;
  }
  const local_statistics counted = base::racy_load(local.statistics());
  into.refills_from_mail += counted.refills_from_mail;
  into.refills_from_queue += counted.refills_from_queue;
  into.refills_from_active -= counted.refills_from_queue + counted.refills_from_fresh;
  into.refills_from_segment += counted.refills_from_segment;
  into.sampled_requests += counted.sampled_requests;
  into.remote_batches += local.outgoing().batches_sent();
  into.remote_blocks += local.outgoing().blocks_sent();
  if (local.token() != token_orphan) ++into.threads_now;
}

// Adds what one heap knows. `into` starts as begin_snapshot left it.
template <class Config>
void measure(basic_heap<Config>& heap, snapshot& into) noexcept {
  base::lock_guard locals_guard(heap.locals_lock());
  base::lock_guard guard(heap.lock());
  heap.segments().for_each_slab([&](const slab& head) { measure_slab(heap.shared(), head, into); });
  using list = typename basic_heap<Config>::local_list;
  for (auto* at = heap.locals().front(); at != nullptr; at = list::next(*at)) {
    measure_local(*at, at->token() == Config::token(), into);
  }
  into.segments += heap.segments().count();
  into.retained += heap.segments().retained();
  into.large_cache += heap.large().cache().bytes();
  into.large_live += heap.large().live_bytes();
  into.large_live_blocks += heap.large().live_count();
  into.large_allocations += heap.large().allocations();
  into.large_cache_hits += heap.large().cache_hits();
  into.purges += heap.statistics().purges;
  into.purged_bytes += heap.statistics().purged_bytes;
  into.threads_adopted += heap.statistics().adoptions;
  into.held_peak += heap.statistics().held_peak;
}

inline void begin_snapshot(snapshot& into) noexcept {
  into = {};
  into.magic = snapshot::magic_value;
  into.size_of_snapshot = sizeof(snapshot);
  into.class_count = class_count - 1;
  for (std::size_t index = 1; index < class_count; ++index) {
    into.classes[index - 1].block_size = class_size(index);
    into.classes[index - 1].slab_size = slab_bytes(index);
  }
}

// What is known of the process rather than of a heap.
template <class Os>
void measure_process(basic_domain<Os>& domain, snapshot& into) noexcept {
  into.process = Os::process_id();
  into.elapsed_ns = Os::monotonic_ns() - domain.start_ns;
  into.resident = Os::resident_bytes();
  into.resident_peak = Os::resident_peak_bytes();
  into.reserved = domain.regions.window().reserved() ? domain.regions.window().size()
                                                     : domain.regions.window().opened();
  into.regions = domain.regions.region_count();
  into.metadata = domain.metadata_bytes() + domain.accounts.metadata_bytes();
}

inline void end_snapshot(snapshot& into) noexcept {
  into.held = into.live_bytes + into.partial_slabs + into.thread_caches + into.large_live +
              into.large_cache + into.retained + into.metadata;
  into.held_peak = std::max(into.held_peak, into.held);
}

}  // namespace strata::core
