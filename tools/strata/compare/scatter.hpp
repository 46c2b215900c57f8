// A plot of time against memory, both as ratios: the corner at the lower left is
// where one wants to be.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/score.hpp"

namespace strata::tool::compare {

struct scatter_dot {
  time_and_memory ratio;
  std::string told;  // shown when the pointer rests on it
};

struct scatter_series {
  std::string name;
  std::vector<scatter_dot> dots;     // small: runs, or workloads
  std::optional<scatter_dot> whole;  // large and named: their median or mean
};

// An <svg> that takes its colours from the style sheet around it: series n has the
// class "series-n". `against` is whom the ratios are to.
[[nodiscard]] std::string scatter_svg(const std::vector<scatter_series>& series,
                                      const std::string& against);

}  // namespace strata::tool::compare
