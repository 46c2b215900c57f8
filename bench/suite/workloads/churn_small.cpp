// One thread replaces small blocks of a small working set: what the fast path
// of an allocator is made for.
#include "churn.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

outcome run(const parameters& work) {
  constexpr std::size_t places = 10'000;
  churn_table table(places, 1);
  table.replace(work.count(40'000'000),
                [](random_numbers& random) { return random.between(block_bytes_min, 128); });
  table.clear();
  return {table.sum()};
}

}  // namespace

extern const workload churn_small = {
    .name = "churn_small",
    .summary = "Replaces random blocks of 8 to 128 bytes, 10,000 of them live",
    .threaded = false,
    .run = run,
};

}  // namespace strata::suite
