// What a few repeated measurements say: their middle, how far they lie apart, and
// whether two sets of them differ beyond that.
#pragma once

#include <optional>
#include <vector>

namespace strata::tool::compare {

struct distribution {
  double median = 0;
  double lower_quartile = 0;
  double upper_quartile = 0;

  // Interquartile range as a share of the median; nothing when the median is 0.
  [[nodiscard]] std::optional<double> spread() const;
};

// Requires at least one value. Quartiles are interpolated between the sorted values.
[[nodiscard]] distribution describe(std::vector<double> values);

// Nothing when there is no value, or one that is not above 0.
[[nodiscard]] std::optional<double> geometric_mean(const std::vector<double>& values);

// The probability that two samples of the same distribution are ordered at least as
// one-sidedly as these: the p-value of the two-sided Mann-Whitney U test. Exact,
// ties included, up to 20 values each; beyond, the normal approximation.
[[nodiscard]] double probability_of_chance(const std::vector<double>& left,
                                           const std::vector<double>& right);

// A difference is beyond noise below this.
inline constexpr double chance_max = 0.01;

// Whether samples of these sizes can show a difference beyond noise at all.
[[nodiscard]] bool can_tell(std::size_t left, std::size_t right);

}  // namespace strata::tool::compare
