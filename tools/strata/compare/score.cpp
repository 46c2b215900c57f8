// A cell of a suite counts only when all of its runs succeeded; the yardstick is
// made of such cells only, the best time and the best memory each for itself.
#include "compare/score.hpp"

#include <algorithm>

namespace strata::tool::compare {
namespace {

double median_of(const contender_result& result, const figure& which) {
  return describe(values_of(result, which)).median;
}

std::optional<time_and_memory> medians(const contender_result& result) {
  if (!is_complete(result)) return std::nullopt;
  return time_and_memory{median_of(result, time_figure()), median_of(result, peak_figure())};
}

std::optional<time_and_memory> yardstick_of(
    const comparison& all, const std::vector<std::optional<time_and_memory>>& cells) {
  if (!all.against_best) return cells[all.reference];
  std::optional<time_and_memory> best;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i] || !is_peer(all.contenders[i])) continue;
    if (!best) best = cells[i];
    best->time = std::min(best->time, cells[i]->time);
    best->memory = std::min(best->memory, cells[i]->memory);
  }
  return best;
}

workload_score score_workload(const comparison& all, const workload_result& result) {
  workload_score score;
  score.ratios.resize(all.contenders.size());
  if (result.contenders.empty()) return score;
  std::vector<std::optional<time_and_memory>> cells;
  for (const contender_result& each : result.contenders) cells.push_back(medians(each));
  score.yardstick = yardstick_of(all, cells);
  if (!score.yardstick) return score;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i]) continue;
    score.ratios[i] = time_and_memory{cells[i]->time / score.yardstick->time,
                                      cells[i]->memory / score.yardstick->memory};
  }
  return score;
}

contender_mean mean_of(const std::vector<workload_score>& rows, std::size_t contender) {
  contender_mean result;
  std::vector<double> times;
  std::vector<double> memories;
  for (const workload_score& row : rows) {
    if (!row.yardstick) continue;
    if (const auto& ratio = row.ratios[contender]) {
      times.push_back(ratio->time);
      memories.push_back(ratio->memory);
    } else {
      ++result.excluded;
    }
  }
  result.counted = times.size();
  const auto time = geometric_mean(times);
  const auto memory = geometric_mean(memories);
  if (!time || !memory) return result;
  result.mean = time_and_memory{*time, *memory};
  result.worst = time_and_memory{std::ranges::max(times), std::ranges::max(memories)};
  return result;
}

}  // namespace

std::optional<figure_score> score_figure(const contender_result& result,
                                         const contender_result& reference, const figure& which) {
  const std::vector<double> values = values_of(result, which);
  if (values.empty()) return std::nullopt;
  figure_score score{.values = describe(values)};
  const std::vector<double> others = values_of(reference, which);
  if (others.empty()) return score;
  const double base = describe(others).median;
  if (base != 0) score.ratio = score.values.median / base;
  score.chance = probability_of_chance(values, others);
  score.beyond_noise = score.chance < chance_max;
  return score;
}

suite_score score_suite(const comparison& all) {
  suite_score score;
  for (const workload_result& each : all.workloads) {
    score.workloads.push_back(score_workload(all, each));
  }
  for (std::size_t i = 0; i < all.contenders.size(); ++i) {
    score.means.push_back(mean_of(score.workloads, i));
  }
  return score;
}

}  // namespace strata::tool::compare
