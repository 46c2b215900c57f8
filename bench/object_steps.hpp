// How long steps take: on the clock of the wall, and on that of the thread, which other
// work on the machine does not stretch.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

namespace strata::bench {

class step_times {
 public:
  /// Effects: runs a step. Returns: what it returns.
  template <class Step>
  auto run(Step&& step) {
    const auto wall_began = std::chrono::steady_clock::now();
    const double began = thread_microseconds();
    const auto result = step();
    thread_.push_back(thread_microseconds() - began);
    const std::chrono::duration<double, std::micro> wall =
        std::chrono::steady_clock::now() - wall_began;
    wall_.push_back(wall.count());
    return result;
  }

  void report(benchmark::State& state) {
    std::sort(thread_.begin(), thread_.end());
    state.counters["longest_us"] = thread_.back();
    state.counters["p999_us"] = thread_[thread_.size() * 999 / 1000];
    state.counters["median_us"] = thread_[thread_.size() / 2];
    state.counters["longest_wall_us"] = *std::max_element(wall_.begin(), wall_.end());
    state.counters["steps"] = static_cast<double>(thread_.size());
  }

 private:
  static double thread_microseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
  }

  std::vector<double> thread_;
  std::vector<double> wall_;
};

}  // namespace strata::bench
