// Threads that share nothing: ideally N of them do N times the work of one in
// the same time. The rate of one thread and that of all are taken in turn, and
// the median of several rounds is printed.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "churn.hpp"
#include "crew.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

constexpr std::size_t rounds = 7;

std::uint64_t churn(std::uint64_t seed, std::size_t pairs) {
  churn_table table(2'000, seed);
  table.replace(pairs, [](random_numbers& random) { return random.between(16, 256); });
  table.clear();
  return table.sum();
}

struct lap {
  double rate = 0;  // million pairs a second, of all threads
  std::uint64_t sum = 0;
};

lap run_lap(unsigned threads, std::uint64_t seed, std::size_t pairs) {
  using clock = std::chrono::steady_clock;
  const auto start = clock::now();
  const std::uint64_t sum =
      run_crew(threads, [&](unsigned index) { return churn(seed + index, pairs); });
  const std::chrono::duration<double, std::micro> took = clock::now() - start;
  return {static_cast<double>(pairs * threads) / took.count(), sum};
}

double median(std::array<double, rounds> values) {
  std::nth_element(values.begin(), values.begin() + rounds / 2, values.end());
  return values[rounds / 2];
}

outcome run(const parameters& work) {
  const std::size_t pairs = work.count(3'000'000);
  std::array<double, rounds> alone{};
  std::array<double, rounds> together{};
  std::array<double, rounds> scaling_factors{};
  std::uint64_t sum = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    const lap one = run_lap(1, 100 * round, pairs);
    const lap all = run_lap(work.threads, 100 * round, pairs);
    alone[round] = one.rate;
    together[round] = all.rate;
    scaling_factors[round] = all.rate / one.rate / work.threads;
    sum += one.sum + all.sum;
  }
  char remark[160];
  std::snprintf(remark, sizeof remark,
                "one thread: %.2f million pairs/s\nall %u threads: %.2f million pairs/s\n"
                "of perfect scaling: %.3f",
                median(alone), work.threads, median(together), median(scaling_factors));
  return {sum, remark};
}

}  // namespace

extern const workload scaling = {
    .name = "scaling",
    .summary = "The rate of one thread, and of several that share nothing",
    .threaded = true,
    .run = run,
};

}  // namespace strata::suite
