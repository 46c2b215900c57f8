#include "latency/latency_histogram.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace strata::bench {
namespace {

using histogram = latency_histogram;
constexpr std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();

TEST(latency_histogram, buckets_follow_one_another_without_gap) {
  std::size_t bucket = 0;
  std::uint64_t value = 0;
  while (histogram::largest_in(bucket) != greatest) {
    EXPECT_EQ(histogram::bucket_of(value), bucket) << value;
    value = histogram::largest_in(bucket);
    EXPECT_EQ(histogram::bucket_of(value), bucket) << value;
    ++value;
    ++bucket;
  }
  EXPECT_EQ(histogram::bucket_of(greatest), bucket);
}

TEST(latency_histogram, a_bucket_is_narrow) {
  for (std::uint64_t value = 1; value < greatest / 3; value = value * 3 / 2 + 1) {
    const std::uint64_t largest = histogram::largest_in(histogram::bucket_of(value));
    EXPECT_GE(largest, value);
    EXPECT_LE(largest - value, value / 32) << value;
  }
}

TEST(latency_histogram, quantiles_are_those_of_the_values) {
  histogram times;
  for (std::uint64_t value = 1; value <= 10'000; ++value) times.add(value <= 9'999 ? 7 : 5'000'000);
  EXPECT_EQ(times.quantile(500'000), 7U);
  EXPECT_EQ(times.quantile(999'900), 7U);
  EXPECT_EQ(times.quantile(999'901), 5'000'000U) << "bounded by the maximum, which is exact";
  EXPECT_EQ(times.max(), 5'000'000U);
  EXPECT_EQ(times.count(), 10'000U);
}

TEST(latency_histogram, of_nothing_is_nothing) {
  EXPECT_EQ(histogram().quantile(500'000), 0U);
  EXPECT_EQ(histogram().max(), 0U);
}

TEST(latency_histogram, adds_up) {
  histogram one;
  histogram other;
  one.add(3);
  other.add(50);
  other.add(60);
  one.add(other);
  EXPECT_EQ(one.count(), 3U);
  EXPECT_EQ(one.quantile(1), 3U);
  EXPECT_EQ(one.quantile(500'000), 50U);
  EXPECT_EQ(one.max(), 60U);
}

}  // namespace
}  // namespace strata::bench
