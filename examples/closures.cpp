// Closures that refer to the environment they were made in, which refers to them: the
// cycles of every interpreter, and the collector that ends them.
#include <strata/object/cycle_collector.hpp>
#include <strata/object/object_heap.hpp>

#include <cstdio>

template <class T>
using ref = strata::ref<T, strata::collected_counting>;

struct closure;

struct environment {
  void trace(strata::object_visitor& visitor) const { visit(visitor, defined); }
  ref<closure> defined;
};

struct closure {
  void trace(strata::object_visitor& visitor) const { visit(visitor, scope); }
  ref<environment> scope;
};

int main() {
  strata::object_heap<strata::collected_counting> heap({.name = "interpreter"});
  strata::cycle_collector cycles(heap);

  for (int call = 0; call < 1000; ++call) {
    ref<environment> scope = heap.make<environment>();
    scope->defined = heap.make<closure>(scope);
  }

  const std::size_t before = heap.statistics().objects;
  while (!cycles.step({.objects = 200}).finished) {
    // The program goes on here: each step looks at some 200 objects.
  }
  cycles.collect();  // all that is left, at once
  std::printf("%zu objects, %zu after\n", before, heap.statistics().objects);
  return heap.statistics().objects == 0 ? 0 : 1;
}
