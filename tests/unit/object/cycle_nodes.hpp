// Objects that refer to each other, for tests of what collects them.
#pragma once

#include <strata/object/cycle_collector.hpp>
#include <strata/object/object_heap.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <utility>

namespace strata::test {

using heap_type = object_heap<collected_counting>;
inline constexpr cycle_options by_hand = {.automatic = {.objects = 0}, .under_pressure = false};

struct node {
  ~node() {
    if (on_end) on_end();
  }
  void trace(object_visitor& visitor) const {
    for (const auto& each : to) visit(visitor, each);
  }
  std::array<ref<node, collected_counting>, 2> to;
  std::function<void()> on_end;
};
using node_ref = ref<node, collected_counting>;

// A ring of so many nodes.
inline node_ref ring(heap_type& heap, std::size_t nodes) {
  node_ref first = heap.make<node>();
  node_ref last = first;
  for (std::size_t i = 1; i < nodes; ++i) {
    node_ref next = heap.make<node>();
    last->to[0] = next;
    last = std::move(next);
  }
  last->to[0] = first;
  return first;
}

}  // namespace strata::test
