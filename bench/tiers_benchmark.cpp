// What one step of each tier costs, from the account to the heap: where a change
// to the whole shows, these say which tier it was.
//
//   tiers_benchmark --benchmark_repetitions=7
//       --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
//
// Every step is undone in the same iteration, so nothing grows.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "account/account.hpp"
#include "heap/heap.hpp"
#include "heap/segment_set.hpp"

namespace strata::bench {
namespace {

using os = strata::os::platform;
using benchmark::DoNotOptimize;

// -- Accounts ---------------------------------------------------------------------

// The argument is the depth of the account below the root.
void account_charge(benchmark::State& state) {
  static core::basic_account_tree<os> tree;
  core::basic_account<os>* account = &tree.root();
  std::vector<core::basic_account<os>*> path;
  for (std::int64_t depth = 0; depth < state.range(0); ++depth) {
    account = tree.create("level", base::unlimited, account);
    path.push_back(account);
  }
  for (auto _ : state) {
    DoNotOptimize(account->charge(core::granule_bytes));
    account->discharge(core::granule_bytes);
  }
  while (!path.empty()) {
    tree.release(path.back());
    path.pop_back();
  }
}
BENCHMARK(account_charge)->Arg(0)->Arg(1)->Arg(4);

// -- Tiers 1 and 2, on regions of their own -----------------------------------------

// Started once; regions live for ever.
core::basic_domain<os>& shared_domain() {
  static core::basic_account_tree<os> tree;
  static core::basic_domain<os> domain(tree);
  static const bool started = [] {
    base::settings settings;
    settings.reserve = base::gib;
    return domain.start(settings);
  }();
  base::check(started, "the system refuses the benchmark's regions");
  return domain;
}

void region_segment(benchmark::State& state) {
  auto& regions = shared_domain().regions;
  for (auto _ : state) regions.return_segment(regions.take_segment());
}
BENCHMARK(region_segment);

// The argument is the number of granules.
void region_run(benchmark::State& state) {
  auto& regions = shared_domain().regions;
  const auto count = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) regions.return_run(regions.take_run(count, 1));
}
BENCHMARK(region_run)->Arg(1)->Arg(8)->Arg(500);

void segment_slab(benchmark::State& state) {
  static core::basic_segment_set<os> segments(shared_domain());
  const auto index = static_cast<core::class_index>(core::class_of(state.range(0)));
  for (auto _ : state) {
    core::slab* taken = segments.take(&segments, core::slab_granules(index));
    base::check(taken != nullptr, "the system refuses a slab");
    core::format_slab(*taken, index, nullptr, false);
    segments.give(*taken);
  }
}
BENCHMARK(segment_slab)->Arg(64)->Arg(100'000);

// -- Tier 4 -------------------------------------------------------------------------

// A page of 64-byte blocks handed out, freed one by one, and taken as a list.
void slab_cycle(benchmark::State& state) {
  constexpr std::size_t count = 64;
  alignas(64) static std::array<std::byte, count * 64> memory;
  core::slab record{};
  for (auto _ : state) {
    core::format_slab(record, static_cast<core::class_index>(core::class_of(64)), nullptr, false);
    core::block* blocks = core::extend(record, memory.data(), count);
    while (blocks != nullptr) {
      core::block* const next = blocks->next;
      core::push_free(record, blocks);
      blocks = next;
    }
    DoNotOptimize(core::take_free(record));
  }
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(slab_cycle);

// -- Tier 5 and the process ------------------------------------------------------------

// One block at a time, of the size that is the argument.
template <class Allocate>
void pairs(benchmark::State& state, Allocate allocate) {
  const auto size = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    void* block = allocate(size);
    DoNotOptimize(block);
    core::deallocate(block);
  }
}

void heap_pair(benchmark::State& state) {
  pairs(state, [](std::size_t size) { return core::allocate(size); });
}
BENCHMARK(heap_pair)->Arg(48)->Arg(1000)->Arg(20'000)->Arg(1 << 20);

void heap_aligned(benchmark::State& state) {
  pairs(state, [](std::size_t size) { return core::allocate_aligned(size, size); });
}
BENCHMARK(heap_aligned)->Arg(64)->Arg(4096)->Arg(1 << 20);

void heap_zeroed(benchmark::State& state) {
  pairs(state, [](std::size_t size) { return core::allocate_zeroed(size); });
}
BENCHMARK(heap_zeroed)->Arg(48)->Arg(4096)->Arg(1 << 20);

void heap_create_and_destroy(benchmark::State& state) {
  for (auto _ : state) {
    core::heap* made = core::create_heap({.name = "short-lived"});
    DoNotOptimize(core::heap_allocate(*made, 100, core::block_alignment));
    core::destroy_heap(made);
  }
}
BENCHMARK(heap_create_and_destroy);

}  // namespace
}  // namespace strata::bench
