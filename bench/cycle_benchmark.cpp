// Cycle collection beside a program with a million live objects.
//
//   cycle_benchmark --benchmark_repetitions=5 --benchmark_report_aggregates_only=true
//
//   copy_drop    a reference is copied and dropped, with plain counting, and with counting
//                that tells a collector
//   whole        a collection that looks at all of a million live objects: ns each
//   steps        the same in steps, between which the program replaces nodes and leaves
//                cycles behind. Reported, in microseconds: the longest step, and others
//   garbage      cycles of four objects, made, left behind and collected: ns each object
#include <benchmark/benchmark.h>

#include <strata/object/cycle_collector.hpp>
#include <strata/object/object_heap.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "object_steps.hpp"

namespace strata::bench {
namespace {

constexpr std::size_t live = 1'000'000;

template <class Counting>
struct node {
  void trace(object_visitor& visitor) const {
    for (const auto& each : to) visit(visitor, each);
  }
  std::array<ref<node, Counting>, 2> to;
  std::uint64_t value = 0;
};

using counted = node<collected_counting>;
using counted_ref = ref<counted, collected_counting>;
using heap_type = object_heap<collected_counting>;

// A ring through all nodes, and from each a reference to any other: from every node one
// comes to all of them.
class million {
 public:
  explicit million(std::size_t nodes = live) {
    for (std::size_t i = 0; i < nodes; ++i) nodes_.push_back(heap_.make<counted>());
    for (std::size_t i = 0; i < nodes; ++i) {
      nodes_[i]->to[0] = nodes_[(i + 1) % nodes];
      nodes_[i]->to[1] = nodes_[random_() % nodes];
    }
    collector_.collect();
  }
  ~million() {
    for (counted_ref& each : nodes_) each->to = {};
  }
  million(const million&) = delete;
  million& operator=(const million&) = delete;

  // A node that only a new one refers to back, and one that becomes a candidate.
  void change() {
    counted_ref pair = heap_.make<counted>();
    pair->to[0] = heap_.make<counted>();
    pair->to[0]->to[0] = pair;
    nodes_[random_() % nodes_.size()]->to[1] = nodes_[random_() % nodes_.size()];
  }

  cycle_collector& collector() { return collector_; }

 private:
  std::mt19937_64 random_{7};
  heap_type heap_{{.discards = true}};
  cycle_collector collector_{heap_, {.automatic = {.objects = 0}}};
  std::vector<counted_ref> nodes_;
};

template <class Counting>
void copy_drop(benchmark::State& state) {
  object_heap<Counting> heap;
  std::vector<ref<node<Counting>, Counting>> nodes;
  for (int i = 0; i < 1000; ++i) nodes.push_back(heap.template make<node<Counting>>());
  std::size_t at = 0;
  for (auto _ : state) {
    ref<node<Counting>, Counting> copy = nodes[at];
    benchmark::DoNotOptimize(copy);
    at = at + 1 == nodes.size() ? 0 : at + 1;
  }
}

void whole(benchmark::State& state) {
  million all;
  for (auto _ : state) {
    all.change();
    all.collector().collect();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(live));
}

void steps(benchmark::State& state) {
  million all;
  step_times times;
  for (auto _ : state) {
    for (bool finished = false; !finished;) {
      for (int i = 0; i < 10; ++i) all.change();
      finished = times.run([&] { return all.collector().step().finished; });
    }
  }
  times.report(state);
}

void garbage(benchmark::State& state) {
  heap_type heap;
  cycle_collector collector(heap, {.automatic = {.objects = 0}});
  constexpr int cycles = 1000;
  for (auto _ : state) {
    for (int i = 0; i < cycles; ++i) {
      counted_ref first = heap.make<counted>();
      counted_ref last = first;
      for (int more = 0; more < 3; ++more) {
        counted_ref next = heap.make<counted>();
        next->to[0] = last;
        last = next;
      }
      first->to[0] = last;
    }
    collector.collect();
  }
  state.SetItemsProcessed(state.iterations() * cycles * 4);
}

BENCHMARK_TEMPLATE(copy_drop, plain_counting);
BENCHMARK_TEMPLATE(copy_drop, collected_counting);
BENCHMARK(whole)->Unit(benchmark::kMillisecond);
BENCHMARK(steps)->Unit(benchmark::kMillisecond)->Iterations(3);
BENCHMARK(garbage)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace strata::bench
