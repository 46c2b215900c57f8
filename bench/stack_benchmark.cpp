// Stacks of 64 KiB for fibers, in nanoseconds a stack, beside Boost.Context's
// allocators where it is installed, and beside bare mmap:
//
//   one      take, touch, give back, the same stack again and again
//   cycle    take 10 000 and touch each, then give them back; in no order, since
//            fibers end in none
//   first    take 10 000 and touch each, where nothing was mapped before; with
//            what each holds in memory, and the kernel's mappings for each
//
// `strata` has a guard on each side, and so has `boost_protected` (below);
// `boost_pooled`, `boost_fixedsize` and `mmap` have none.
#include <strata/stack/stack_allocator.hpp>

#include <benchmark/benchmark.h>
#include <sys/mman.h>

#ifdef STRATA_BENCH_BOOST_CONTEXT
#include <boost/context/fixedsize_stack.hpp>
#include <boost/context/pooled_fixedsize_stack.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#endif

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <new>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t stack_bytes = 65'536;
constexpr std::size_t stacks_in_cycle = 10'000;

struct context {
  std::size_t size = 0;
  void* sp = nullptr;
};

// -- The allocators, each made anew for a run ------------------------------------

struct strata_stacks {
  context allocate() { return allocator.allocate(); }
  void deallocate(context& used) noexcept { allocator.deallocate(used); }

  strata::stack_pool pool{{.name = "benchmark", .stack_bytes = stack_bytes}};
  strata::stack_allocator<context> allocator{pool};
};

struct strata_shared {
  context allocate() { return allocator.allocate(); }
  void deallocate(context& used) noexcept { allocator.deallocate(used); }

  strata::shared_stack_pool pool{{.name = "benchmark", .stack_bytes = stack_bytes}};
  strata::stack_allocator<context, strata::shared_stack_pool> allocator{pool};
};

struct mmap_stacks {
  static context allocate() {
    void* const base =
        ::mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) throw std::bad_alloc();
    return {stack_bytes, static_cast<std::byte*>(base) + stack_bytes};
  }
  static void deallocate(context& used) noexcept {
    ::munmap(static_cast<std::byte*>(used.sp) - used.size, used.size);
  }
};

#ifdef STRATA_BENCH_BOOST_CONTEXT
template <class Allocator>
struct boost_stacks {
  auto allocate() { return allocator.allocate(); }
  void deallocate(boost::context::stack_context& used) noexcept { allocator.deallocate(used); }

  Allocator allocator{stack_bytes};
};
#endif

// -- What is measured --------------------------------------------------------------

// What a switch to the fiber is for the compiler: it cannot see what happens there.
void touch(void* const top) noexcept {
  static_cast<std::size_t*>(top)[-1] = 1;
  benchmark::DoNotOptimize(top);
  benchmark::ClobberMemory();
}

template <class Stacks>
void one(benchmark::State& state) {
  Stacks stacks;
  for (auto _ : state) {
    auto used = stacks.allocate();
    touch(used.sp);
    stacks.deallocate(used);
  }
}

template <class Stacks, class Used>
void take_all(Stacks& stacks, std::vector<Used>& used) {
  for (Used& each : used) {
    each = stacks.allocate();
    touch(each.sp);
  }
}

template <class Stacks, class Used>
void give_all(Stacks& stacks, std::vector<Used>& used) {
  for (Used& each : used) stacks.deallocate(each);
}

benchmark::Counter each_of(std::size_t count) {
  return {static_cast<double>(count),
          benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert};
}

template <class Stacks>
void cycle(benchmark::State& state) {
  Stacks stacks;
  std::vector<decltype(stacks.allocate())> used(stacks_in_cycle);
  take_all(stacks, used);
  std::shuffle(used.begin(), used.end(), std::mt19937(1));
  give_all(stacks, used);
  for (auto _ : state) {
    take_all(stacks, used);
    give_all(stacks, used);
  }
  state.counters["each"] = each_of(stacks_in_cycle);
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * 4096;
}

double mappings() {
  std::ifstream maps("/proc/self/maps");
  return static_cast<double>(std::count(std::istreambuf_iterator<char>(maps), {}, '\n'));
}

template <class Stacks>
void first(benchmark::State& state) {
  double bytes = 0;
  double maps = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<decltype(std::declval<Stacks>().allocate())> used(stacks_in_cycle);
    const double bytes_before = resident_bytes();
    const double maps_before = mappings();
    std::optional<Stacks> stacks(std::in_place);
    state.ResumeTiming();
    take_all(*stacks, used);
    state.PauseTiming();
    bytes = (resident_bytes() - bytes_before) / stacks_in_cycle;
    maps = (mappings() - maps_before) / stacks_in_cycle;
    give_all(*stacks, used);
    stacks.reset();
    state.ResumeTiming();
  }
  state.counters["each"] = each_of(stacks_in_cycle);
  state.counters["resident_each"] = bytes;
  state.counters["mappings_each"] = maps;
}

#define STRATA_BENCH_STACKS(name, ...)                         \
  BENCHMARK_TEMPLATE(one, __VA_ARGS__)->Name("one/" name);     \
  BENCHMARK_TEMPLATE(cycle, __VA_ARGS__)->Name("cycle/" name); \
  BENCHMARK_TEMPLATE(first, __VA_ARGS__)->Name("first/" name)->Iterations(5)

STRATA_BENCH_STACKS("strata", strata_stacks);
STRATA_BENCH_STACKS("strata_shared", strata_shared);
STRATA_BENCH_STACKS("mmap", mmap_stacks);
#ifdef STRATA_BENCH_BOOST_CONTEXT
STRATA_BENCH_STACKS("boost_pooled", boost_stacks<boost::context::pooled_fixedsize_stack>);
STRATA_BENCH_STACKS("boost_fixedsize", boost_stacks<boost::context::fixedsize_stack>);
STRATA_BENCH_STACKS("boost_protected", boost_stacks<boost::context::protected_fixedsize_stack>);
#endif

}  // namespace
