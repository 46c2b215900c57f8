// An axis of ratios: logarithmic, so that half and double lie equally far from 1.
#pragma once

#include <vector>

namespace strata::tool::compare {

class ratio_axis {
 public:
  // From `start` to `end`, in pixels; covers 1 and all of `ratios`, which are above 0.
  ratio_axis(const std::vector<double>& ratios, double start, double end);

  [[nodiscard]] double at(double ratio) const;

  // Round ratios, at least `apart` pixels from one another; 1 is among them.
  [[nodiscard]] std::vector<double> ticks(double apart) const;

 private:
  double low_;
  double high_;
  double start_;
  double end_;
};

}  // namespace strata::tool::compare
