// Where a thread's free blocks live: prototypes of the designs, on the same
// workloads. The decision and its reasons: docs/internals/local-heap-designs.md.
//
//   local_heap_benchmark --benchmark_repetitions=7
//       --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
//
// The counted/* ones run 100 000 pairs each, for callgrind rather than a clock.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "local_heap/array_cache.hpp"
#include "local_heap/bitmap_words.hpp"
#include "local_heap/class_lists.hpp"
#include "local_heap/slab_lists.hpp"
#include "local_heap/workloads.hpp"

namespace strata::bench {
namespace {

// The C library's heap, to place the others.
struct system_heap {
  static void* allocate(std::size_t size) noexcept { return std::malloc(size); }
  static void deallocate(void* block) noexcept { std::free(block); }
  static void reset() noexcept {}
};

template <class Design>
void add(const std::string& name) {
  const auto workload = [&](const char* what, auto function) {
    return benchmark::RegisterBenchmark((what + ("/" + name)).c_str(), function);
  };
  workload("pair", pair<Design>);
  workload("lifo_100", batch<Design, 100, order::lifo>);
  workload("fifo_100", batch<Design, 100, order::fifo>);
  workload("lifo_2000", batch<Design, 2000, order::lifo>);
  workload("fifo_2000", batch<Design, 2000, order::fifo>);
  workload("churn_10000", replace<Design, 10'000, true>);
  workload("churn_200000", replace<Design, 200'000, true>);
  workload("ring_1000", replace<Design, 1000, false>);
  workload("tree", tree<Design, true>)->Unit(benchmark::kMillisecond);
  workload("tree_unread", tree<Design, false>)->Unit(benchmark::kMillisecond);
  workload("footprint", footprint<Design>)->Unit(benchmark::kMillisecond)->Iterations(1);
  workload("counted/pair", pair<Design>)->Iterations(100'000);
  workload("counted/lifo_100", batch<Design, 100, order::lifo>)->Iterations(1000);
  workload("counted/fifo_2000", batch<Design, 2000, order::fifo>)->Iterations(50);
  workload("counted/churn_10000", replace<Design, 10'000, true>)->Iterations(90'000);
}

void add_all() {
  add<slab_lists<records_in_table>>("A_slab_lists");
  add<slab_lists<records_in_slabs>>("A_header_in_slab");
  add<class_lists>("B_class_lists");
  add<array_cache>("C_array_cache");
  add<bitmap_words>("D_bitmap_words");
  add<system_heap>("glibc");
}

}  // namespace
}  // namespace strata::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  strata::bench::add_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
