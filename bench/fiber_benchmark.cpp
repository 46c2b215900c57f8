// Spawn and join of short fibers, in the scheduler of examples/fiber_scheduler.hpp, on
// stacks of 64 KiB of strata and on those of Boost.Context, which is needed:
//
//   alone      a fiber that does nothing is spawned and joined, then the next
//   together   so many are spawned, each lets all others run once, all are joined
//
// `each` is the time of one fiber: its object, its stack and its switches. An iteration
// is 10 000 fibers, so a hundred of them are a million. `strata` and `boost_protected`
// have guards, the others none.
#include <benchmark/benchmark.h>

#ifdef STRATA_BENCH_BOOST_CONTEXT
#include <strata/stack/stack_allocator.hpp>

#include <boost/context/fiber.hpp>
#include <boost/context/fixedsize_stack.hpp>
#include <boost/context/pooled_fixedsize_stack.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>

#include <cstddef>
#include <functional>
#include <vector>

#include "../examples/fiber_scheduler.hpp"

namespace {

constexpr std::size_t stack_bytes = 65'536;
constexpr std::size_t fibers_in_iteration = 10'000;

struct strata_stacks {
  using allocator = strata::stack_allocator<boost::context::stack_context>;
  strata::stack_pool pool{{.name = "benchmark", .stack_bytes = stack_bytes}};
  allocator from{pool};
};

template <class Allocator>
struct boost_stacks {
  using allocator = Allocator;
  Allocator from{stack_bytes};
};

template <class Scheduler>
void round_of(Scheduler& fibers, std::size_t count, const std::function<void()>& work) {
  std::vector<typename Scheduler::handle> started;
  started.reserve(count);
  for (std::size_t i = 0; i < count; ++i) started.push_back(fibers.spawn(work));
  for (auto& each : started) each.join();
}

// The loop runs in a fiber, since only a fiber can join.
template <class Stacks>
void measure(benchmark::State& state, std::size_t together, bool yields) {
  Stacks stacks;
  fibers::scheduler<typename Stacks::allocator> fibers(stacks.from);
  const std::function<void()> work = [&fibers, yields] {
    if (yields) fibers.yield();
  };
  fibers.spawn([&] {
    round_of(fibers, together, work);
    for (auto _ : state) {
      for (std::size_t i = 0; i < fibers_in_iteration; i += together) {
        round_of(fibers, together, work);
      }
    }
  });
  fibers.run([] {});
  state.counters["each"] = {
      static_cast<double>(fibers_in_iteration),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert};
}

template <class Stacks>
void alone(benchmark::State& state) {
  measure<Stacks>(state, 1, false);
}

template <class Stacks>
void together(benchmark::State& state) {
  measure<Stacks>(state, static_cast<std::size_t>(state.range(0)), true);
}

#define STRATA_BENCH_FIBERS(name, ...)                         \
  BENCHMARK_TEMPLATE(alone, __VA_ARGS__)->Name("alone/" name); \
  BENCHMARK_TEMPLATE(together, __VA_ARGS__)                    \
      ->Name("together/" name)                                 \
      ->Arg(10)                                                \
      ->Arg(100)                                               \
      ->Arg(1'000)                                             \
      ->Arg(10'000)

STRATA_BENCH_FIBERS("strata", strata_stacks);
STRATA_BENCH_FIBERS("boost_pooled", boost_stacks<boost::context::pooled_fixedsize_stack>);
STRATA_BENCH_FIBERS("boost_fixedsize", boost_stacks<boost::context::fixedsize_stack>);
STRATA_BENCH_FIBERS("boost_protected", boost_stacks<boost::context::protected_fixedsize_stack>);

}  // namespace
#endif
