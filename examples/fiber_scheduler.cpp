// A hundred thousand short fibers, some of which sleep, on stacks of a pool, each with an
// arena and a value of its own; and what they took. The scheduler is beside this file.
#include "fiber_scheduler.hpp"

#include <strata/arena/guard_hits.hpp>
#include <strata/stack/fiber_arenas.hpp>
#include <strata/stack/fiber_storage.hpp>
#include <strata/stack/stack_allocator.hpp>

#include <boost/context/fiber.hpp>

#include <cstdio>
#include <memory_resource>
#include <vector>

namespace {

using stacks = strata::stack_allocator<boost::context::stack_context>;
using scheduler = fibers::scheduler<stacks>;

constexpr unsigned fibers_all = 100'000;
constexpr unsigned fibers_at_once = 1'000;

// Of each fiber another one: deep inside, nobody has to pass it on.
constinit strata::fiber_local<unsigned> request_number;

struct service {
  scheduler& fibers;
  strata::fiber_arenas& arenas;
  unsigned ended = 0;
  unsigned slept = 0;
};

// One in ten waits for something, as a request would for its disk.
void wait_for_data(service& of) {
  if (request_number.get() % 10 == 0) {
    of.fibers.sleep_for(request_number.get() % 7);
    ++of.slept;
  } else {
    of.fibers.yield();
  }
}

void handle_request(service& of, unsigned number) {
  const strata::fiber_arena memory = of.arenas.get(1000);
  request_number.emplace(number);
  std::pmr::vector<unsigned> answer(memory.get());
  for (unsigned i = 0; i < 20; ++i) {
    answer.push_back(number + i);
    if (i == 10) wait_for_data(of);
  }
  if (answer.back() == request_number.get() + 19) ++of.ended;
}

void serve(service& of) {
  std::vector<scheduler::handle> started;
  for (unsigned number = 0; number < fibers_all; ++number) {
    started.push_back(of.fibers.spawn([&of, number] { handle_request(of, number); }));
    if (started.size() < fibers_at_once) continue;
    for (scheduler::handle& each : started) each.join();
    started.clear();
  }
}

}  // namespace

int main() {
  const strata::account memory({.name = "scheduler", .limit = 256 << 20});
  strata::stack_pool pool({.name = "fiber stacks", .parent = &memory});
  strata::fiber_arenas arenas({.name = "fiber arenas", .parent = &memory});
  strata::diagnose_guard_hits();  // a fiber that runs too deep is named

  unsigned ended = 0;
  {
    scheduler fibers(stacks(pool, "request"), &memory);
    service all{.fibers = fibers, .arenas = arenas};
    fibers.spawn([&] { serve(all); });
    fibers.run([&] { pool.tick(); });
    ended = all.ended;
    std::printf("%u fibers ended, %u of them slept\n", all.ended, all.slept);
  }

  const strata::stack_pool_statistics used = pool.statistics();
  std::printf("at most %zu stacks at once, opened %llu times, in %zu mappings\n", used.peak,
              static_cast<unsigned long long>(used.opened), used.mappings);
  std::printf("at most %zu KiB charged, and %zu now, of which %zu of stacks are in memory\n",
              memory.peak() >> 10, memory.usage() >> 10, pool.residency().total_bytes() >> 10);
  pool.trim();
  arenas.trim();
  std::printf("%zu KiB after trim\n", memory.usage() >> 10);
  return ended == fibers_all && memory.usage() == 0 ? 0 : 1;
}
