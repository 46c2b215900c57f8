// Medians and the test for noise, against values computed by hand or by counting.
#include "compare/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace strata::tool::compare {
namespace {

using values = std::vector<double>;

// All ways to choose the left values among both, counted one by one.
double counted_probability(const values& left, const values& right) {
  values both = left;
  both.insert(both.end(), right.begin(), right.end());
  std::vector<bool> is_left(both.size());
  std::fill_n(is_left.begin(), left.size(), true);
  const auto distance = [&] {
    double wins = 0;
    for (std::size_t i = 0; i < both.size(); ++i) {
      for (std::size_t j = 0; j < both.size(); ++j) {
        if (!is_left[i] || is_left[j]) continue;
        wins += both[i] > both[j] ? 1 : both[i] == both[j] ? 0.5 : 0;
      }
    }
    return std::abs(wins - static_cast<double>(left.size() * right.size()) / 2);
  };
  const double observed = distance();
  double all = 0;
  double as_far = 0;
  do {
    ++all;
    if (distance() >= observed) ++as_far;
  } while (std::prev_permutation(is_left.begin(), is_left.end()));
  return as_far / all;
}

TEST(describe, interpolates_between_values) {
  const distribution odd = describe({5, 1, 3, 2, 4});
  EXPECT_DOUBLE_EQ(odd.median, 3);
  EXPECT_DOUBLE_EQ(odd.lower_quartile, 2);
  EXPECT_DOUBLE_EQ(odd.upper_quartile, 4);
  EXPECT_DOUBLE_EQ(describe({1, 2}).median, 1.5);
  EXPECT_DOUBLE_EQ(describe({7}).upper_quartile, 7);
}

TEST(describe, spread_is_relative_and_unknown_around_zero) {
  EXPECT_DOUBLE_EQ(*describe({5, 1, 3, 2, 4}).spread(), 2.0 / 3);
  EXPECT_FALSE(describe({0, 0, 0}).spread().has_value());
}

TEST(geometric_mean, of_ratios) {
  EXPECT_DOUBLE_EQ(*geometric_mean({0.5, 2}), 1);
  EXPECT_NEAR(*geometric_mean({1, 2, 4, 8}), std::pow(64, 0.25), 1e-12);
  EXPECT_FALSE(geometric_mean({}).has_value());
  EXPECT_FALSE(geometric_mean({1, 0}).has_value());
}

TEST(chance, of_separate_samples_is_two_in_all_choices) {
  EXPECT_NEAR(probability_of_chance({1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}), 2.0 / 252, 1e-12);
  EXPECT_NEAR(probability_of_chance({6, 7, 8, 9, 10}, {1, 2, 3, 4, 5}), 2.0 / 252, 1e-12);
  EXPECT_NEAR(probability_of_chance({1, 2, 3}, {4, 5, 6}), 2.0 / 20, 1e-12);
}

TEST(chance, of_equal_samples_is_certain) {
  EXPECT_DOUBLE_EQ(probability_of_chance({3, 3, 3}, {3, 3, 3}), 1);
  EXPECT_DOUBLE_EQ(probability_of_chance({1, 4}, {2, 3}), 1);
  EXPECT_DOUBLE_EQ(probability_of_chance({}, {1}), 1);
}

TEST(chance, agrees_with_counting_also_with_ties) {
  const std::vector<std::pair<values, values>> samples = {{{1, 2, 5, 7}, {3, 4, 6, 8, 9}},
                                                          {{1, 1, 2, 2}, {2, 3, 3, 3}},
                                                          {{4, 4, 4, 9}, {4, 5, 9}},
                                                          {{1, 2, 3, 4, 10}, {5, 6, 7, 8, 9}},
                                                          {{0, 0}, {0, 1, 2}}};
  for (const auto& [left, right] : samples) {
    EXPECT_NEAR(probability_of_chance(left, right), counted_probability(left, right), 1e-12);
  }
}

TEST(chance, of_many_values_is_close_to_the_exact_one) {
  values left(20);
  std::iota(left.begin(), left.end(), 0);
  values right = left;
  for (double& value : right) value += 5.5;
  const double exact = probability_of_chance(left, right);
  left.push_back(9.7);
  right.push_back(15.2);
  const double approximate = probability_of_chance(left, right);
  EXPECT_NEAR(exact, approximate, 0.01);
  EXPECT_GT(approximate, 0.0001);
}

TEST(can_tell, takes_five_runs) {
  EXPECT_FALSE(can_tell(4, 4));
  EXPECT_TRUE(can_tell(5, 5));
  EXPECT_FALSE(can_tell(1, 9));
}

}  // namespace
}  // namespace strata::tool::compare
