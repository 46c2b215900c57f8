// Ticks are looked for outward from 1, which is the one that must be there.
#include "compare/ratio_axis.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace strata::tool::compare {
namespace {

constexpr double narrowest = 0.1;  // on each side of 1, of the logarithm
constexpr double margin = 0.08;    // of the whole, so that no dot touches the frame

constexpr std::array above_one = {1.05, 1.1, 1.2, 1.3, 1.5,  1.7,  2.0,  2.5,
                                  3.0,  4.0, 5.0, 7.0, 10.0, 20.0, 50.0, 100.0};
constexpr std::array below_one = {0.95, 0.9, 0.8,  0.7, 0.6,  0.5,  0.4, 0.3,
                                  0.25, 0.2, 0.15, 0.1, 0.05, 0.02, 0.01};

}  // namespace

ratio_axis::ratio_axis(const std::vector<double>& ratios, double start, double end)
    : low_(-narrowest), high_(narrowest), start_(start), end_(end) {
  for (const double ratio : ratios) {
    low_ = std::min(low_, std::log(ratio));
    high_ = std::max(high_, std::log(ratio));
  }
  const double room = (high_ - low_) * margin;
  low_ -= room;
  high_ += room;
}

double ratio_axis::at(double ratio) const {
  return start_ + (end_ - start_) * (std::log(ratio) - low_) / (high_ - low_);
}

std::vector<double> ratio_axis::ticks(double apart) const {
  std::vector<double> found = {1};
  double last_above = 1;
  double last_below = 1;
  const auto take = [&](double ratio, double& last) {
    const bool fits = std::log(ratio) >= low_ && std::log(ratio) <= high_;
    if (!fits || std::abs(at(ratio) - at(last)) < apart) return;
    found.push_back(ratio);
    last = ratio;
  };
  for (const double ratio : above_one) take(ratio, last_above);
  for (const double ratio : below_one) take(ratio, last_below);
  std::ranges::sort(found);
  return found;
}

}  // namespace strata::tool::compare
