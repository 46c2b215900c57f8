// A compacting arena with a million live objects of 16 to 176 bytes, after every other
// one was erased.
//
//   compaction_benchmark --benchmark_repetitions=5 --benchmark_report_aggregates_only=true
//
//   make_erase  an object is made and erased, the passes for it included, beside malloc
//               and free
//   pass        a whole pass over what was thinned out; reported: the free part of the
//               chunks before and after
//   steps       the same in steps; reported, in microseconds: the longest, and others
#include <benchmark/benchmark.h>

#include <strata/object/compacting_arena.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "object_steps.hpp"

namespace strata::bench {
namespace {

constexpr std::size_t live = 1'000'000;

void thin_out(compacting_arena& arena) {
  std::mt19937 random(3);
  std::vector<key<void>> keys;
  for (std::size_t i = 0; i < live * 2; ++i) keys.push_back(arena.allocate(16 + random() % 161));
  std::shuffle(keys.begin(), keys.end(), random);
  for (std::size_t i = 0; i < live; ++i) arena.erase(keys[i]);
}

void make_erase(benchmark::State& state) {
  compacting_arena arena;
  std::size_t made = 0;
  for (auto _ : state) {
    const key<void> one = arena.allocate(48);
    benchmark::DoNotOptimize(arena.find(one));
    arena.erase(one);
    if (++made % 100'000 == 0) arena.compact();
  }
}

void malloc_free(benchmark::State& state) {
  for (auto _ : state) {
    void* block = std::malloc(48);
    benchmark::DoNotOptimize(block);
    std::free(block);
  }
}

// The arena begins and ends while the clock stands still: only the pass is measured.
void pass(benchmark::State& state) {
  compacting_arena_statistics figures;
  for (auto _ : state) {
    state.PauseTiming();
    std::optional<compacting_arena> arena(std::in_place);
    thin_out(*arena);
    state.ResumeTiming();
    arena->compact();
    state.PauseTiming();
    figures = arena->statistics();
    arena.reset();
    state.ResumeTiming();
  }
  state.counters["free_before"] = figures.before.fragmentation();
  state.counters["free_after"] = figures.after.fragmentation();
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(live));
}

void steps(benchmark::State& state) {
  step_times times;
  for (auto _ : state) {
    compacting_arena arena;
    state.PauseTiming();
    thin_out(arena);
    state.ResumeTiming();
    for (bool finished = false; !finished;) {
      finished = times.run([&] { return arena.compact_step().finished; });
    }
  }
  times.report(state);
}

BENCHMARK(make_erase);
BENCHMARK(malloc_free);
BENCHMARK(pass)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(steps)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace strata::bench
