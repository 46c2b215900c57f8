// What the context layer costs: a scope entered and left, and malloc inside a malloc
// scope beside malloc outside.
//
//   LD_PRELOAD=$PWD/build/release/libstrata_malloc.so build/release/bench/context_benchmark
//       --benchmark_repetitions=7 --benchmark_enable_random_interleaving=true
//       --benchmark_report_aggregates_only=true
//
// Without strata's malloc in charge there is nothing to redirect, and the malloc ones
// are skipped. The counted/* ones run a fixed number, for callgrind rather than a clock.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <optional>

#include <strata/context/context.hpp>
#include <strata/context/malloc_scope.hpp>

namespace strata::bench {
namespace {

[[gnu::noinline]] void work() { asm volatile("" : : : "memory"); }

void call(benchmark::State& state) {
  for (auto _ : state) work();
}

void call_in_scope(benchmark::State& state) {
  std::pmr::memory_resource& resource = *std::pmr::new_delete_resource();
  for (auto _ : state) {
    const context::scope scope(resource);
    work();
  }
}

void ask(benchmark::State& state) {
  const context::scope scope(*std::pmr::new_delete_resource());
  for (auto _ : state) benchmark::DoNotOptimize(context::current_resource());
}

enum class where { outside, inside };

// Blocks freed oldest first, `Depth` of them live at once.
template <where Where, std::size_t Depth>
void pairs(benchmark::State& state) {
  if (!malloc_scope::is_available()) {
    state.SkipWithError("strata's malloc is not in charge: preload it");
    return;
  }
  strata::heap into({.name = "redirected"});
  std::array<void*, Depth> live{};
  {
    std::optional<malloc_scope> scope;
    if (Where == where::inside) scope.emplace(into);
    std::size_t at = 0;
    for (auto _ : state) {
      std::free(live[at]);
      live[at] = std::malloc(48);
      benchmark::DoNotOptimize(live[at]);
      at = (at + 1) % Depth;
    }
  }
  for (void* const block : live) std::free(block);
}

void enter_and_leave(benchmark::State& state) {
  if (!malloc_scope::is_available()) {
    state.SkipWithError("strata's malloc is not in charge: preload it");
    return;
  }
  strata::heap into({.name = "redirected"});
  for (auto _ : state) {
    const malloc_scope scope(into);
    work();
  }
}

BENCHMARK(call);
BENCHMARK(call_in_scope);
BENCHMARK(ask);
BENCHMARK(pairs<where::outside, 1>);
BENCHMARK(pairs<where::inside, 1>);
BENCHMARK(pairs<where::outside, 128>);
BENCHMARK(pairs<where::inside, 128>);
BENCHMARK(enter_and_leave);

constexpr int counted = 100'000;
BENCHMARK(call)->Name("counted/call")->Iterations(counted);
BENCHMARK(call_in_scope)->Name("counted/call_in_scope")->Iterations(counted);
BENCHMARK(pairs<where::outside, 128>)->Name("counted/pairs_outside")->Iterations(counted);
BENCHMARK(pairs<where::inside, 128>)->Name("counted/pairs_inside")->Iterations(counted);

}  // namespace
}  // namespace strata::bench
