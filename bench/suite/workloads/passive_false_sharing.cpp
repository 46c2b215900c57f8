// One thread allocates neighbours and gives one to each thread, which frees it
// and allocates its own: an allocator that reuses the freed one there makes the
// threads share a line for good.
#include <vector>

#include "crew.hpp"
#include "false_sharing.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

constexpr std::size_t objects = 1'000;  // of a thread, one after the other

std::uint64_t use(std::uint64_t* inherited) {
  std::uint64_t sum = write_often(*inherited, 500);
  std::free(inherited);
  for (std::size_t i = 0; i < objects; ++i) {
    std::uint64_t* const own = make_object();
    sum += write_often(*own, 500);
    std::free(own);
  }
  return sum;
}

outcome run(const parameters& work) {
  std::vector<std::uint64_t*> neighbours(work.threads);
  std::uint64_t sum = 0;
  for (std::size_t i = 0, end = work.count(2'000); i < end; ++i) {
    for (auto& each : neighbours) each = make_object();
    sum += run_crew(work.threads, [&](unsigned index) { return use(neighbours[index]); });
  }
  return {sum};
}

}  // namespace

extern const workload passive_false_sharing = {
    .name = "passive_false_sharing",
    .summary = "Threads free neighbours that one thread allocated, then write to their own",
    .threaded = true,
    .run = run,
};

}  // namespace strata::suite
