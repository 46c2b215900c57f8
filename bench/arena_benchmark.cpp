// strata::arena beside a hand-written bump loop, the monotonic resources of the standard
// library and Boost, and the arenas of foonathan, LLVM and protobuf that are installed: what an
// allocation costs when memory is in the first cache, when it is in the last, when it was never
// touched; and what containers make of it. What was learnt: docs/internals/arenas.md and
// docs/performance.md.
//
//   arena_benchmark --benchmark_repetitions=7
//       --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
//
// Items are allocations, or elements. The counted/* ones run a fixed number, for
// callgrind rather than a clock.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <random>
#include <string>
#include <unordered_map>

#include "arena/contenders.hpp"

namespace strata::bench {
namespace {

constexpr std::size_t hot_count = 640;       // of 64 bytes: 40 KiB
constexpr std::size_t warm_count = 100'000;  // of 64 bytes: 6.4 MB
constexpr std::size_t warm_bytes = 8 << 20;

[[gnu::always_inline]] inline void touch(void* block) {
  *static_cast<std::uint64_t*>(block) = 1;
  benchmark::DoNotOptimize(block);
}

// Made elsewhere, so that what making takes lies in no frame of a timed loop: there it
// would push the contender out of reach of short addresses.
template <class Contender>
[[gnu::noinline]] Contender made(std::size_t bytes) {
  return Contender(bytes);
}

template <class Contender, std::size_t Count>
void constant_64(benchmark::State& state) {
  Contender memory = made<Contender>(warm_bytes);
  for (auto _ : state) {
    memory.reset();
    for (std::size_t i = 0; i < Count; ++i) touch(memory.template allocate<64>());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(Count));
}

std::array<std::uint16_t, 256> mixed_sizes() {
  std::mt19937 random(1);
  std::uniform_int_distribution<std::uint16_t> size(8, 256);
  std::array<std::uint16_t, 256> sizes{};
  for (std::uint16_t& each : sizes) each = size(random);
  return sizes;
}

template <class Contender>
void mixed(benchmark::State& state) {
  const auto sizes = mixed_sizes();
  Contender memory = made<Contender>(warm_bytes);
  for (auto _ : state) {
    memory.reset();
    for (const std::uint16_t size : sizes) touch(memory.allocate(size));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(sizes.size()));
}

// Memory that was never touched: page faults included.
template <class Contender>
void cold(benchmark::State& state) {
  for (auto _ : state) {
    Contender memory(warm_bytes);
    for (std::size_t i = 0; i < warm_count; ++i) touch(memory.template allocate<64>());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(warm_count));
}

template <class Contender>
void polymorphic(benchmark::State& state) {
  Contender memory = made<Contender>(warm_bytes);
  for (auto _ : state) {
    memory.reset();
    std::pmr::polymorphic_allocator<> allocator(memory.resource());
    for (std::size_t i = 0; i < hot_count; ++i) touch(allocator.allocate_bytes(64));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(hot_count));
}

template <class Contender, class Container, class Fill>
void container(benchmark::State& state, std::int64_t elements, Fill fill) {
  Contender memory(std::size_t{128} << 20);
  for (auto _ : state) {
    memory.reset();
    Container filled(memory.resource());
    for (std::int64_t i = 0; i < elements; ++i) fill(filled, i);
    benchmark::DoNotOptimize(filled);
  }
  state.SetItemsProcessed(state.iterations() * elements);
}

// The first round: memory that nobody touched, and back with all of it.
template <class Contender>
void first_unordered_map(benchmark::State& state) {
  constexpr std::int64_t elements = 1'000'000;
  for (auto _ : state) {
    Contender memory(std::size_t{128} << 20);
    std::pmr::unordered_map<std::int64_t, std::int64_t> filled(memory.resource());
    for (std::int64_t i = 0; i < elements; ++i) filled.emplace(i, i);
    benchmark::DoNotOptimize(filled);
  }
  state.SetItemsProcessed(state.iterations() * elements);
}

[[nodiscard]] std::int64_t scattered(std::int64_t i) noexcept {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15 >> 20);
}

template <class Contender>
void add_containers(const std::string& name) {
  const auto add = [&](const char* what, auto function) {
    benchmark::RegisterBenchmark((what + name).c_str(), function);
  };
  add("list/", [](benchmark::State& state) {
    container<Contender, std::pmr::list<std::int64_t>>(
        state, 1'000'000, [](auto& to, std::int64_t i) { to.push_back(i); });
  });
  add("map/", [](benchmark::State& state) {
    container<Contender, std::pmr::map<std::int64_t, std::int64_t>>(
        state, 100'000, [](auto& to, std::int64_t i) { to.emplace(scattered(i), i); });
  });
  add("unordered_map/", [](benchmark::State& state) {
    container<Contender, std::pmr::unordered_map<std::int64_t, std::int64_t>>(
        state, 1'000'000, [](auto& to, std::int64_t i) { to.emplace(i, i); });
  });
  add("first_unordered_map/", first_unordered_map<Contender>);
}

template <class Contender>
void add_cold(const std::string& name) {
  benchmark::RegisterBenchmark(("cold_64/" + name).c_str(), cold<Contender>);
}

template <class Contender>
void add_direct(const std::string& name) {
  const auto add = [&](const char* what, auto function) {
    return benchmark::RegisterBenchmark((what + name).c_str(), function);
  };
  add("hot_64/", constant_64<Contender, hot_count>);
  add("warm_64/", constant_64<Contender, warm_count>);
  add("mixed_8_256/", mixed<Contender>);
  add_cold<Contender>(name);
  add("counted/hot_64/", constant_64<Contender, hot_count>)->Iterations(1000);
  add("counted/mixed/", mixed<Contender>)->Iterations(1000);
}

template <class Contender>
void add_polymorphic(const std::string& name) {
  benchmark::RegisterBenchmark(("polymorphic/" + name).c_str(), polymorphic<Contender>);
  add_containers<Contender>(name);
}

const bool added = [] {
  add_direct<hand_written>("hand_written");
  add_direct<strata_arena<arena>>("strata");
  add_direct<strata_arena<packed_arena>>("strata_packed");
  add_direct<std_monotonic>("std_monotonic");
  add_cold<hand_written_huge>("hand_written_huge");
  add_cold<strata_huge>("strata_huge");
  add_polymorphic<hand_written_resource>("hand_written");
  add_polymorphic<strata_arena<arena>>("strata");
  add_polymorphic<strata_arena<packed_arena>>("strata_packed");
  add_polymorphic<strata_sized>("strata_sized");
  add_polymorphic<std_monotonic>("std_monotonic");
#ifdef STRATA_BENCH_BOOST_CONTAINER
  add_direct<boost_monotonic>("boost_monotonic");
#endif
#ifdef STRATA_BENCH_FOONATHAN
  add_direct<foonathan_stack>("foonathan_stack");
#endif
#ifdef STRATA_BENCH_LLVM
  add_direct<llvm_bump>("llvm_bump");
#endif
#ifdef STRATA_BENCH_PROTOBUF
  add_direct<protobuf_arena>("protobuf_arena");
#endif
  return true;
}();

}  // namespace
}  // namespace strata::bench
