// The test works on ranks, so that one slow run among many weighs no more than one
// run, and nothing is assumed about how times are distributed. See H. B. Mann and
// D. R. Whitney, "On a test of whether one of two random variables is
// stochastically larger than the other", Annals of Mathematical Statistics 18 (1947).
#include "compare/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numbers>
#include <numeric>

namespace strata::tool::compare {
namespace {

constexpr std::size_t exact_max = 20;

double quantile(const std::vector<double>& sorted, double share) {
  const double position = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

// The rank of each value among all, doubled so that ties, which share the mean of
// their ranks, stay whole numbers.
std::vector<int> doubled_ranks(const std::vector<double>& values) {
  std::vector<int> ranks;
  ranks.reserve(values.size());
  for (const double value : values) {
    const auto less = std::ranges::count_if(values, [&](double other) { return other < value; });
    const auto equal = std::ranges::count(values, value);
    ranks.push_back(static_cast<int>(2 * less + equal + 1));
  }
  return ranks;
}

// ways[k][s]: the choices of k ranks that sum up to s.
using ways_to_sum = std::vector<std::vector<double>>;

ways_to_sum count_ways(const std::vector<int>& ranks, std::size_t chosen_max) {
  const auto total = static_cast<std::size_t>(std::accumulate(ranks.begin(), ranks.end(), 0));
  ways_to_sum ways(chosen_max + 1, std::vector<double>(total + 1, 0));
  ways[0][0] = 1;
  for (const int rank : ranks) {
    const auto step = static_cast<std::size_t>(rank);
    for (std::size_t chosen = chosen_max; chosen > 0; --chosen) {
      for (std::size_t sum = total; sum >= step; --sum) {
        ways[chosen][sum] += ways[chosen - 1][sum - step];
      }
    }
  }
  return ways;
}

// Of all ways to pick the left ranks, the share whose sum lies at least as far from
// its mean as the one observed.
double exact_probability(const std::vector<int>& ranks, std::size_t left) {
  const int total = std::accumulate(ranks.begin(), ranks.end(), 0);
  const auto picked = static_cast<std::ptrdiff_t>(left);
  const int observed = std::accumulate(ranks.begin(), ranks.begin() + picked, 0);
  const auto size = static_cast<std::int64_t>(ranks.size());
  const auto part = static_cast<std::int64_t>(left);
  // Distances from the mean, times the number of ranks, so that they are whole.
  const auto distance = [&](std::int64_t sum) { return std::abs(sum * size - part * total); };
  const std::vector<double> ways = count_ways(ranks, left)[left];
  double all = 0;
  double as_far = 0;
  for (std::size_t sum = 0; sum < ways.size(); ++sum) {
    all += ways[sum];
    if (distance(static_cast<std::int64_t>(sum)) >= distance(observed)) as_far += ways[sum];
  }
  return as_far / all;
}

double normal_probability(const std::vector<int>& ranks, std::size_t left) {
  const auto size = static_cast<double>(ranks.size());
  const auto part = static_cast<double>(left);
  const double mean = (size + 1) / 2;
  double squares = 0;
  for (const int rank : ranks) squares += std::pow(rank / 2.0 - mean, 2);
  const double variance = part * (size - part) * squares / (size * (size - 1));
  if (variance == 0) return 1;
  const auto picked = static_cast<std::ptrdiff_t>(left);
  const double observed = std::accumulate(ranks.begin(), ranks.begin() + picked, 0) / 2.0;
  const double away = std::max(std::abs(observed - part * mean) - 0.5, 0.0) / std::sqrt(variance);
  return std::erfc(away / std::numbers::sqrt2);
}

}  // namespace

std::optional<double> distribution::spread() const {
  if (median == 0) return std::nullopt;
  return (upper_quartile - lower_quartile) / median;
}

distribution describe(std::vector<double> values) {
  std::ranges::sort(values);
  return {quantile(values, 0.5), quantile(values, 0.25), quantile(values, 0.75)};
}

std::optional<double> geometric_mean(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  double logarithms = 0;
  for (const double value : values) {
    if (!(value > 0)) return std::nullopt;
    logarithms += std::log(value);
  }
  return std::exp(logarithms / static_cast<double>(values.size()));
}

double probability_of_chance(const std::vector<double>& left, const std::vector<double>& right) {
  if (left.empty() || right.empty()) return 1;
  std::vector<double> both = left;
  both.insert(both.end(), right.begin(), right.end());
  const std::vector<int> ranks = doubled_ranks(both);
  const bool small = left.size() <= exact_max && right.size() <= exact_max;
  return small ? exact_probability(ranks, left.size()) : normal_probability(ranks, left.size());
}

bool can_tell(std::size_t left, std::size_t right) {
  std::vector<double> low(left);
  std::vector<double> high(right);
  std::iota(low.begin(), low.end(), 0.0);
  std::iota(high.begin(), high.end(), static_cast<double>(left));
  return probability_of_chance(low, high) < chance_max;
}

}  // namespace strata::tool::compare
