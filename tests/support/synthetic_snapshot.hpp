// A snapshot with round figures that obeys the sum rule of heap/snapshot.hpp, for
// tests of those who read snapshots.
#pragma once

#include "heap/snapshot.hpp"

namespace strata::test {

inline core::snapshot synthetic_snapshot() {
  core::snapshot made{};
  made.magic = core::snapshot::magic_value;
  made.size_of_snapshot = sizeof made;
  made.process = 4711;
  made.elapsed_ns = 1'500'000'000;

  made.resident = 100'000'000;
  made.resident_peak = 120'000'000;
  made.reserved = std::uint64_t{64} << 30;
  made.regions = 2;
  made.segments = 5;

  made.held = 80'000'000;
  made.held_peak = 90'000'000;
  made.live_bytes = 40'000'000;
  made.partial_slabs = 6'000'000;
  made.thread_caches = 1'000'000;
  made.large_live = 20'000'000;
  made.large_live_blocks = 3;
  made.large_cache = 8'000'000;
  made.retained = 4'000'000;
  made.metadata = 1'000'000;

  made.sampled_requests = 900;
  made.sampled_blocks = 1'000;

  made.refills = 1'000;
  made.refills_from_mail = 100;
  made.refills_from_active = 500;
  made.refills_from_queue = 300;
  made.refills_from_segment = 100;
  made.large_allocations = 40;
  made.large_cache_hits = 30;
  made.remote_batches = 7;
  made.remote_blocks = 700;
  made.purges = 12;
  made.purged_bytes = 33'554'432;
  made.threads_now = 4;
  made.threads_adopted = 1;

  made.class_count = 3;
  made.classes[0] = {16, 65'536, 16, 62'500, 100, 2'000, 400, 40'000};
  made.classes[1] = {4'096, 65'536, 600, 9'521, 10, 79, 500, 10'000};
  made.classes[2] = {8'192, 65'536, 1, 0, 8, 0, 100, 100};
  // What remains of live_bytes, so that the classes add up as well.
  made.live_bytes = 62'500 * 16 + 9'521 * 4'096;
  made.partial_slabs += 40'000'000 - made.live_bytes;
  return made;
}

}  // namespace strata::test
