// Objects that end, come back or are being made while a cycle collector looks at them.
#include <strata/object/cycle_collector.hpp>
#include <strata/object/object_heap.hpp>
#include <strata/object/weak_ref.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <utility>

#include "cycle_nodes.hpp"
#include "unit/pool/failing_upstream.hpp"

namespace strata {
namespace {

using test::by_hand;
using test::heap_type;
using test::node;
using test::node_ref;
using test::ring;

// What waited to end ends when a record of weak references does, in the middle of it.
TEST(cycle_ends, what_ends_meanwhile_sees_no_part_of_a_dead_cycle) {
  for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
    heap_type heap({.step_objects = 2});
    cycle_collector collector(heap, by_hand);
    std::array<node_ref, 2> pair = {heap.make<node>(), heap.make<node>()};
    pair[0]->to[0] = pair[1];
    pair[1]->to[0] = pair[0];
    weak_ref<node, collected_counting> seen = pair[which];
    weak_ref<node, collected_counting>(pair[1 - which]).reset();
    bool is_collecting = false;
    int ended = 0;
    int locked = 0;
    node_ref many = heap.make<node>();
    for (int i = 0; i < 10; ++i) {
      node_ref next = heap.make<node>();
      next->on_end = [&] {
        if (!is_collecting) return;
        ++ended;
        if (seen.lock() != nullptr) ++locked;
      };
      next->to[0] = std::move(many);
      many = std::move(next);
    }
    pair = {};
    many.reset();
    ASSERT_GT(heap.pending(), 0u);
    is_collecting = true;
    EXPECT_EQ(collector.collect(), 2u);
    EXPECT_GT(ended, 0);
    EXPECT_EQ(locked, 0);
    heap.step();
  }
}

struct phoenix {
  void trace(object_visitor& visitor) const { visit(visitor, self); }
  void finalise() noexcept {
    ++finalised;
    EXPECT_EQ(self.get(), this) << "whole when it is finalised";
    if (back != nullptr) *back = self;
  }
  ref<phoenix, collected_counting> self;
  ref<phoenix, collected_counting>* back = nullptr;
  static inline int finalised = 0;
};

TEST(cycle_ends, finalisers_run_once_and_may_bring_back) {
  heap_type heap;
  cycle_collector collector(heap, by_hand);
  ref<phoenix, collected_counting> back;
  for (ref<phoenix, collected_counting>* const to :
       {&back, static_cast<decltype(&back)>(nullptr)}) {
    auto made = heap.make<phoenix>();
    made->self = made;
    made->back = to;
  }
  phoenix::finalised = 0;
  EXPECT_EQ(collector.collect(), 1u);
  EXPECT_EQ(phoenix::finalised, 2);
  ASSERT_NE(back, nullptr);
  back.reset();
  EXPECT_EQ(collector.collect(), 1u);
  EXPECT_EQ(phoenix::finalised, 2);
}

TEST(cycle_ends, a_drop_may_call_the_collector) {
  heap_type heap;
  cycle_collector collector(heap, by_hand);
  node_ref cycle = ring(heap, 2);
  cycle->on_end = [&] {
    EXPECT_EQ(collector.collect(), 0u);
    EXPECT_EQ(collector.step().work, 0u);
    ring(heap, 3).reset();
  };
  cycle.reset();
  EXPECT_EQ(collector.collect(), 5u);
}

TEST(cycle_ends, does_nothing_while_an_object_ends_by_its_count) {
  heap_type heap;
  cycle_collector collector(heap, by_hand);
  ring(heap, 2).reset();
  node_ref one = heap.make<node>();
  one->on_end = [&] {
    EXPECT_EQ(collector.collect(), 0u);
    EXPECT_EQ(collector.step().work, 0u);
  };
  one.reset();
  EXPECT_EQ(collector.collect(), 2u);
}

// Whatever the collector had seen of it before.
TEST(cycle_ends, what_waits_to_end_keeps_what_it_refers_to_until_it_ends) {
  for (std::size_t steps = 0; steps < 300; ++steps) {
    heap_type heap({.step_objects = 1});
    cycle_collector collector(heap, by_hand);
    node_ref last = heap.make<node>();
    node_ref middle = heap.make<node>();
    middle->to[0] = ring(heap, 2);
    last->to[0] = middle;
    middle.reset();  // a candidate
    for (std::size_t i = 0; i < steps; ++i) collector.step({.objects = 1});
    last.reset();
    ASSERT_EQ(heap.pending(), 1u);
    EXPECT_EQ(collector.collect(), 0u) << steps;
    EXPECT_EQ(heap.step(), 0u);
    EXPECT_EQ(collector.collect(), 2u) << steps;
  }
}

// The heap's upstream gets each one back at once.
TEST(cycle_ends, cycles_of_objects_with_memory_alone_end) {
  test::failing_upstream memory;
  heap_type heap({.upstream = &memory, .memory = object_memory::alone});
  cycle_collector collector(heap, by_hand);
  ring(heap, 5).reset();
  EXPECT_EQ(collector.collect(), 5u);
  EXPECT_EQ(memory.live_blocks(), 0u);
}

struct knot {
  void trace(object_visitor& visitor) const { visit(visitor, self); }
  void finalise() noexcept { self = ref<knot, collected_counting>::share(this); }
  ref<knot, collected_counting> self;
};

TEST(cycle_ends, what_a_finaliser_ties_to_itself_is_a_candidate) {
  heap_type heap;
  cycle_collector collector(heap, by_hand);
  heap.make<knot>().reset();
  EXPECT_EQ(heap.statistics().objects, 1u);
  EXPECT_EQ(collector.collect(), 1u);
}

// Has a whole collection while it is made, and is referred to already.
struct hasty {
  explicit hasty(cycle_collector& collector) {
    self = ref<hasty, collected_counting>::share(this);
    registry->to = self;
    collector.collect_all();
  }
  void trace(object_visitor& visitor) const { visit(visitor, self); }
  ref<hasty, collected_counting> self;

  struct list {
    void trace(object_visitor& visitor) const { visit(visitor, to); }
    ref<hasty, collected_counting> to;
  };
  static inline ref<list, collected_counting> registry;
};

TEST(cycle_ends, a_constructor_may_call_the_collector) {
  for (const object_memory memory :
       {object_memory::pooled, object_memory::bumped, object_memory::alone}) {
    heap_type heap({.memory = memory});
    cycle_collector collector(heap, by_hand);
    hasty::registry = heap.make<hasty::list>();
    heap.make<hasty>(collector).reset();
    EXPECT_EQ(heap.statistics().objects, 2u);
    hasty::registry.reset();
    EXPECT_EQ(collector.collect(), 1u);
  }
}

}  // namespace
}  // namespace strata
