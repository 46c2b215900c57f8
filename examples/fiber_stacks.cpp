// Fibers of Boost.Context on stacks of a pool: named, guarded, reused hot.
#include <strata/arena/guard_hits.hpp>
#include <strata/stack/stack_allocator.hpp>

#include <boost/context/fiber.hpp>

#include <cstdio>
#include <deque>
#include <utility>

using boost::context::fiber;

int main() {
  strata::stack_pool stacks({.name = "workers", .limit = 64 << 20, .maximum = 1000});
  const strata::stack_allocator<boost::context::stack_context> allocator(stacks, "worker");
  strata::diagnose_guard_hits();  // an overflow says which stack, and whose

  // 10 000 fibers, 100 of them at once; each works three times and ends.
  std::deque<fiber> ready;
  int started = 0;
  int worked = 0;
  while (started < 10'000 || !ready.empty()) {
    if (started < 10'000 && ready.size() < 100) {
      ++started;
      ready.emplace_back(std::allocator_arg, allocator, [&worked](fiber&& scheduler) {
        for (int i = 0; i < 3; ++i) {
          ++worked;
          scheduler = std::move(scheduler).resume();
        }
        return std::move(scheduler);
      });
    }
    fiber next = std::move(ready.front());
    ready.pop_front();
    next = std::move(next).resume();
    if (next) ready.push_back(std::move(next));
    stacks.tick();  // gives back what was idle for a second; else it only reads a clock
  }

  const strata::stack_pool_statistics figures = stacks.statistics();
  std::printf("%d fibers worked %d times on %zu stacks\n", started, worked, figures.peak);
  std::printf("%zu bytes in memory, ", stacks.residency().total_bytes());
  stacks.trim();
  std::printf("%zu after trim\n", stacks.residency().total_bytes());
  return worked == 30'000 && stacks.account().usage() == 0 ? 0 : 1;
}
