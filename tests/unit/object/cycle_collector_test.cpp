// Cycle collectors: what is collected and what not, and when steps run.
#include <strata/object/cycle_collector.hpp>
#include <strata/object/object_heap.hpp>
#include <strata/object/weak_ref.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "cycle_nodes.hpp"
#include "unit/pool/failing_upstream.hpp"

namespace strata {
namespace {

using test::by_hand;
using test::heap_type;
using test::node;
using test::node_ref;
using test::ring;

TEST(cycle_collector, ends_what_only_refers_to_itself) {
  heap_type heap;
  cycle_collector collector(heap, by_hand);
  node_ref kept = ring(heap, 5);
  ring(heap, 7).reset();
  node_ref self = heap.make<node>();
  self->to = {self, self};
  self.reset();
  EXPECT_GT(collector.statistics().candidates, 2u);
  EXPECT_EQ(collector.collect(), 8u);
  EXPECT_EQ(heap.statistics().objects, 5u);
  EXPECT_EQ(collector.statistics().candidates, 0u);
  EXPECT_EQ(collector.statistics().table_bytes, 0u);
  kept.reset();
  EXPECT_EQ(collector.collect(), 5u);
}

TEST(cycle_collector, what_dead_cycles_refer_to_ends_with_them) {
  heap_type heap;
  cycle_collector collector(heap, by_hand);
  int ended = 0;
  node_ref hung = heap.make<node>();
  hung->on_end = [&] { ++ended; };
  node_ref shared = hung;
  node_ref cycle = ring(heap, 3);
  cycle->to[1] = std::move(hung);
  cycle.reset();
  EXPECT_EQ(collector.collect(), 3u);
  EXPECT_EQ(ended, 0);
  shared.reset();
  EXPECT_EQ(ended, 1);
}

TEST(cycle_collector, external_roots_keep_what_nobody_counts) {
  heap_type heap;
  cycle_collector collector(heap, by_hand);
  node_ref cycle = ring(heap, 4);
  external_root root(collector, cycle.get());
  cycle.reset();
  EXPECT_EQ(collector.statistics().roots, 1u);
  EXPECT_EQ(collector.collect(), 0u);
  external_root moved = std::move(root);
  EXPECT_EQ(root.object(), nullptr);  // NOLINT(bugprone-use-after-move): that is what it says
  EXPECT_EQ(collector.collect(), 0u);
  moved = external_root(collector, heap.make<node>().get());
  EXPECT_EQ(collector.collect(), 4u);
}

TEST(cycle_collector, a_budget_bounds_each_step) {
  heap_type heap;
  cycle_collector collector(heap, by_hand);
  node_ref kept = ring(heap, 20'000);
  ring(heap, 10'000).reset();
  node_ref(kept).reset();
  std::size_t steps = 0;
  std::size_t collected = 0;
  for (bool finished = false; !finished; ++steps) {
    const cycle_progress did = collector.step({.objects = 100});
    ASSERT_LE(did.work, 100u + 64);
    finished = did.finished;
    collected += did.collected;
  }
  EXPECT_EQ(collected, 10'000u);
  EXPECT_GT(steps, 1000u);
  const cycle_statistics figures = collector.statistics();
  EXPECT_EQ(figures.steps, steps);
  EXPECT_LE(figures.largest_step, 164u);
  EXPECT_GT(figures.longest_step.count(), 0);
  EXPECT_GE(figures.examined, 30'000u);
  for (node_ref at = kept; at->to[0] != nullptr;) at = std::exchange(at->to[0], nullptr);
}

TEST(cycle_collector, a_budget_may_be_time) {
  heap_type heap;
  cycle_collector collector(heap, by_hand);
  ring(heap, 5000).reset();
  const cycle_progress did = collector.step({.objects = SIZE_MAX, .time = {}});
  EXPECT_FALSE(did.finished);
  EXPECT_LT(did.work, 300u);
  EXPECT_EQ(collector.collect(), 5000u);
}

// Cycles that nobody collects would fill any limit.
TEST(cycle_collector, runs_by_itself_when_memory_grows) {
  heap_type heap;
  cycle_collector collector(heap, {.bytes = 64 << 10, .under_pressure = false});
  for (int i = 0; i < 20'000; ++i) ring(heap, 3).reset();
  EXPECT_GT(collector.statistics().collected, 30'000u);
  EXPECT_LT(heap.statistics().reserved, std::size_t{2} << 20);
  collector.collect();
}

TEST(cycle_collector, runs_before_its_account_refuses) {
  heap_type heap({.name = "script", .limit = std::size_t{2} << 20});
  cycle_collector collector(heap, {.automatic = {.objects = 0}});
  for (int i = 0; i < 40'000; ++i) ring(heap, 3).reset();
  EXPECT_GT(collector.statistics().rounds, 1u);
  EXPECT_EQ(collector.statistics().steps, 0u);
  collector.collect();
}

// The candidates' list grows beside the heap's account; what relieves the account above
// both collects, and drops a reference itself, in the middle of that.
TEST(cycle_collector, pressure_where_its_own_memory_grows_finds_it_whole) {
  const account program({.name = "program"});
  heap_type heap({.name = "script", .parent = &program});
  cycle_collector collector(heap, {.automatic = {.objects = 0}});
  std::vector<node_ref> held;
  for (int i = 0; i < 2000; ++i) held.push_back(ring(heap, 2));
  node_ref other = ring(heap, 2);
  collector.collect();  // making rings dropped references too
  account limited = program;
  limited.set_limit(program.usage());
  int relieved = 0;
  const pressure_handler handler(program, [&](std::size_t wanted) {
    ++relieved;
    limited.set_limit(SIZE_MAX);
    other.reset();
    EXPECT_EQ(collector.collect(), 0u);
    EXPECT_EQ(collector.collect_all(), 0u);
    return wanted;
  });
  held.clear();
  EXPECT_EQ(relieved, 1);
  EXPECT_EQ(collector.statistics().lost, 1u) << "what was dropped meanwhile";
  EXPECT_EQ(collector.collect_all(), 2u * 2001);
}

TEST(cycle_collector, weak_references_know_at_once) {
  heap_type heap;
  cycle_collector collector(heap, by_hand);
  node_ref cycle = ring(heap, 2);
  weak_ref<node, collected_counting> seen = cycle;
  bool locked = true;
  cycle->to[0]->on_end = [&] { locked = seen.lock() != nullptr; };
  cycle.reset();
  EXPECT_NE(seen.lock(), nullptr);
  EXPECT_EQ(collector.collect(), 2u);
  EXPECT_FALSE(locked) << "while the cycle ends";
}

TEST(cycle_collector, a_round_may_be_left_at_any_point) {
  for (std::size_t steps = 0; steps < 120; ++steps) {
    heap_type heap;
    node_ref kept;
    {
      cycle_collector collector(heap, by_hand);
      kept = ring(heap, 10);
      ring(heap, 5).reset();
      node_ref(kept).reset();
      for (std::size_t i = 0; i < steps; ++i) collector.step({.objects = 1});
    }
    ASSERT_NE(kept->to[0]->to[0], nullptr);
    cycle_collector another(heap, by_hand);
    kept.reset();
    another.collect_all();
    ASSERT_EQ(heap.statistics().objects, 0u) << steps;
  }
}

// Returns: whether all was collected in spite of the n-th refusal, and of all after it.
bool refused_at(std::size_t n) {
  test::failing_upstream memory;
  heap_type heap;
  std::size_t requests = 0;
  {
    cycle_options options = by_hand;
    options.upstream = &memory;
    cycle_collector collector(heap, options);
    node_ref kept = ring(heap, 3000);
    memory.fail_at(n);
    ring(heap, 3000).reset();
    node_ref(kept).reset();
    collector.collect();
    requests = memory.requests();
    EXPECT_EQ(kept->to[0]->to[0]->to[1], nullptr);
    memory.fail_at(0);
    kept.reset();
    collector.collect_all();
    EXPECT_EQ(heap.statistics().objects, 0u);
  }
  EXPECT_EQ(memory.live_blocks(), 0u);
  return requests >= n;
}

TEST(cycle_collector, the_nth_refusal_of_the_upstream_costs_time_at_most) {
  std::size_t n = 1;
  while (refused_at(n)) ++n;
  EXPECT_GT(n, 10u);
}

TEST(cycle_collector, objects_without_trace_and_immortal_ones_are_no_candidates) {
  heap_type heap;
  cycle_collector collector(heap, by_hand);
  const auto leaf = heap.make<int>(1);
  const auto another = leaf;
  node_ref eternal = heap.make<node>();
  make_immortal(eternal.get());
  node_ref(eternal).reset();
  ref<int, collected_counting>(another).reset();
  EXPECT_EQ(collector.statistics().candidates, 0u);
}

TEST(cycle_collector_death, names_the_mistake) {
  heap_type heap({.name = "script"});
  cycle_collector collector(heap, by_hand);
  EXPECT_DEATH(cycle_collector(heap, by_hand), "second collector.*script");
  const node_ref one = heap.make<node>();
  EXPECT_DEATH(
      {
        heap_type other({.name = "other"});
        std::optional<cycle_collector> early(std::in_place, other, by_hand);
        const auto object = other.make<int>(1);
        const external_root root(*early, object.get());
        early.reset();
      },
      "roots outlive their collector.*other.*1 ext");
  EXPECT_DEATH(heap.clear(), "emptied under its collector.*script.*end the collector first");
  EXPECT_DEATH(
      {
        std::optional<heap_type> other(std::in_place, object_heap_options{.name = "other"});
        const cycle_collector late(*other, by_hand);
        other.reset();
      },
      "emptied under its collector.*other");
}

}  // namespace
}  // namespace strata
