// What fibers need besides stacks, in nanoseconds a fiber or a message:
//
//   arena one     take, ten blocks of 64 bytes, end; the same arena again and again
//   arena cycle   take 10 000 with one block each, then end them all, in no order
//   message one   take 1 000 bytes and end them, again and again
//   message cycle take 1 000 of them, then end them all, in no order
//   slice         one more reader, and its end
//
// beside std::pmr::monotonic_buffer_resource with a first chunk of the same size, an
// arena made anew over malloc, and std::shared_ptr<std::byte[]> with memory of malloc.
#include <strata/stack/fiber_arenas.hpp>
#include <strata/stack/message_pool.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t first_chunk = 4096;

// -- Arenas: each kind says how a fiber gets one -----------------------------------

template <class Arenas>
struct pooled {
  Arenas arenas;
  [[nodiscard]] auto get() { return arenas.get(); }
};

struct new_arena {
  [[nodiscard]] static auto get() {
    return std::make_unique<strata::arena>(strata::arena_options{
        .upstream = std::pmr::new_delete_resource(), .chunk_bytes = first_chunk});
  }
};

struct monotonic {
  [[nodiscard]] static auto get() {
    return std::make_unique<std::pmr::monotonic_buffer_resource>(first_chunk);
  }
};

template <class Kind>
void arena_one(benchmark::State& state) {
  Kind kind;
  for (auto _ : state) {
    const auto memory = kind.get();
    for (int i = 0; i < 10; ++i) benchmark::DoNotOptimize(memory->allocate(64));
  }
}

// Fibers end in no order.
std::vector<std::size_t> shuffled(std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  return order;
}

template <class Kind>
void arena_cycle(benchmark::State& state) {
  Kind kind;
  const std::vector<std::size_t> order = shuffled(10'000);
  std::vector<decltype(kind.get())> all(order.size());
  for (auto _ : state) {
    for (auto& each : all) {
      each = kind.get();
      *static_cast<char*>(each->allocate(64)) = 1;
    }
    for (const std::size_t i : order) all[i] = {};
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(order.size()));
}

// -- Messages ------------------------------------------------------------------------

template <class Pool>
struct from_pool {
  Pool pool;
  [[nodiscard]] auto get(std::size_t bytes) { return pool.get(bytes).share(); }
};

struct from_malloc {
  [[nodiscard]] static auto get(std::size_t bytes) {
    return std::make_shared_for_overwrite<std::byte[]>(bytes);
  }
};

template <class Kind>
void message_one(benchmark::State& state) {
  Kind kind;
  for (auto _ : state) benchmark::DoNotOptimize(kind.get(1000));
}

template <class Kind>
void message_cycle(benchmark::State& state) {
  Kind kind;
  const std::vector<std::size_t> order = shuffled(1000);
  std::vector<decltype(kind.get(1))> all(order.size());
  for (auto _ : state) {
    for (auto& each : all) each = kind.get(1000);
    for (const std::size_t i : order) all[i] = {};
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(order.size()));
}

template <class Kind>
void slice(benchmark::State& state) {
  Kind kind;
  auto whole = kind.get(1000);
  for (auto _ : state) {
    auto more = whole;
    benchmark::DoNotOptimize(more);
  }
}

using one_arenas = pooled<strata::fiber_arenas>;
using shared_arenas = pooled<strata::shared_fiber_arenas>;
using one_messages = from_pool<strata::message_pool>;
using shared_messages = from_pool<strata::shared_message_pool>;

}  // namespace

BENCHMARK(arena_one<one_arenas>);
BENCHMARK(arena_one<shared_arenas>);
BENCHMARK(arena_one<new_arena>);
BENCHMARK(arena_one<monotonic>);
BENCHMARK(arena_cycle<one_arenas>);
BENCHMARK(arena_cycle<shared_arenas>);
BENCHMARK(arena_cycle<new_arena>);
BENCHMARK(arena_cycle<monotonic>);
BENCHMARK(message_one<one_messages>);
BENCHMARK(message_one<shared_messages>);
BENCHMARK(message_one<from_malloc>);
BENCHMARK(message_cycle<one_messages>);
BENCHMARK(message_cycle<shared_messages>);
BENCHMARK(message_cycle<from_malloc>);
BENCHMARK(slice<one_messages>);
BENCHMARK(slice<from_malloc>);
