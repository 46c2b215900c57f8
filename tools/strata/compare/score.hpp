// What a reader asks of the results: how much of something, against whom, and
// whether that is more than noise.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/results.hpp"
#include "compare/statistics.hpp"

namespace strata::tool::compare {

struct figure_score {
  distribution values{};
  std::optional<double> ratio{};  // of the medians; nothing when the reference's is 0
  double chance = 1;              // see probability_of_chance
  bool beyond_noise = false;
};

// Nothing when no run of `result` counts. Without runs of the reference that count
// there is no ratio.
[[nodiscard]] std::optional<figure_score> score_figure(const contender_result& result,
                                                       const contender_result& reference,
                                                       const figure& which);

struct time_and_memory {
  double time;
  double memory;
};

// One row of the table of a suite.
struct workload_score {
  std::vector<std::optional<time_and_memory>> ratios;  // by contender; nothing: it failed
  std::optional<time_and_memory> yardstick;            // what the ratios are to
};

struct contender_mean {
  std::optional<time_and_memory> mean;   // geometric
  std::optional<time_and_memory> worst;  // of time and of memory, each
  std::size_t counted = 0;
  std::size_t excluded = 0;  // workloads that ran, but not for this one
};

struct suite_score {
  std::vector<workload_score> workloads;
  std::vector<contender_mean> means;
};

[[nodiscard]] suite_score score_suite(const comparison& all);

}  // namespace strata::tool::compare
