// Threads that allocate small objects at the same time and write to them: an
// allocator that hands neighbours to different threads makes them share lines.
#include "crew.hpp"
#include "false_sharing.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

outcome run(const parameters& work) {
  const std::size_t objects = work.count(7'000'000);
  return {run_crew(work.threads, [objects](unsigned) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < objects; ++i) {
      std::uint64_t* const object = make_object();
      sum += write_often(*object, 500);
      std::free(object);
    }
    return sum;
  })};
}

}  // namespace

extern const workload active_false_sharing = {
    .name = "active_false_sharing",
    .summary = "Threads write to small objects that they allocate at the same time",
    .threaded = true,
    .run = run,
};

}  // namespace strata::suite
