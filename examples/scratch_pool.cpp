// A pool for each thread: scratch space that is taken and given back without
// synchronisation, and that cannot wander to another thread by mistake.
#include <strata/account/account.hpp>
#include <strata/pool/thread_local_pool.hpp>

#include <array>
#include <cstdio>
#include <numeric>
#include <thread>
#include <vector>

namespace {

struct scratch {
  std::array<double, 512> values;
};

using scratch_pool = strata::thread_local_pool<scratch>;

// The one of the calling thread, made when it first asks, gone when it ends.
scratch_pool& scratches() {
  thread_local scratch_pool mine({.name = "scratch", .capacity = 4});
  return mine;
}

double sum_of_squares(std::size_t count) {
  const auto space = scratches().make();  // ends with the scope; can't be moved or copied
  for (std::size_t i = 0; i < count; ++i) {
    space->values[i] = static_cast<double>(i) * static_cast<double>(i);
  }
  return std::accumulate(space->values.begin(), space->values.begin() + count, 0.0);
}

}  // namespace

int main() {
  std::vector<double> sums(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    threads.emplace_back([&sums, i] { sums[i] = sum_of_squares(100 * (i + 1)); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const double sum : sums) std::printf("%.0f\n", sum);
  std::printf("%zu objects left, %zu bytes held here\n", scratches().size(),
              scratches().account()->usage());
  return sums[0] == 328350.0 ? 0 : 1;
}
