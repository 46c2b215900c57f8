// Threads that live for a few allocations only: what an allocator spends on the
// start and the end of each. What they leave is freed by the one that started them.
#include <array>
#include <vector>

#include "block.hpp"
#include "crew.hpp"
#include "sizes.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

using legacy = std::array<block, 8>;

std::uint64_t live_briefly(std::uint64_t seed, legacy& left) {
  random_numbers random(seed);
  std::array<block, 24> own;
  for (block& each : own) each = make_block(recorded_size(random), random.next());
  for (block& each : left) each = make_block(recorded_size(random), random.next());
  std::uint64_t sum = 0;
  for (block& each : own) sum += drop_block(each);
  return sum;
}

outcome run(const parameters& work) {
  std::vector<legacy> left(work.threads);
  std::uint64_t sum = 0;
  for (std::size_t wave = 0, end = work.count(20'000); wave < end; ++wave) {
    sum += run_crew(work.threads, [&](unsigned index) {
      return live_briefly(wave * work.threads + index, left[index]);
    });
    for (legacy& each : left) {
      for (block& b : each) sum += drop_block(b);
    }
  }
  return {sum};
}

}  // namespace

extern const workload thread_storm = {
    .name = "thread_storm",
    .summary = "20,000 waves of threads that live for 32 allocations each",
    .threaded = true,
    .run = run,
};

}  // namespace strata::suite
