// Counts of durations in buckets whose width grows with the value: linear below
// 64, then 32 buckets per doubling, so any value is known to 1 part in 32. The idea
// is that of HdrHistogram (Gil Tene, http://hdrhistogram.org). The size is fixed and
// counting is three instructions and an increment: it never allocates, so it can
// count while malloc is measured.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace strata::bench {

class latency_histogram {
 public:
  static constexpr unsigned sub_bits = 5;  // 32 buckets per doubling

  constexpr void add(std::uint64_t value) noexcept {
    ++buckets_[bucket_of(value)];
    ++count_;
    max_ = std::max(max_, value);
  }

  constexpr void add(const latency_histogram& other) noexcept {
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
  }

  [[nodiscard]] constexpr std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] constexpr std::uint64_t max() const noexcept { return max_; }

  // The least value that `of_million` millionths of the values do not exceed, as
  // the largest value of its bucket; 0 without any value.
  [[nodiscard]] constexpr std::uint64_t quantile(std::uint64_t of_million) const noexcept {
    const std::uint64_t rank = (count_ * of_million + 999'999) / 1'000'000;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen >= rank && seen > 0) return std::min(largest_in(i), max_);
    }
    return max_;
  }

  // Values below 2^(sub_bits+1) have a bucket each; above, the leading sub_bits+1
  // bits choose it.
  [[nodiscard]] static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    const auto width = static_cast<unsigned>(std::bit_width(value | (linear_below - 1)));
    const unsigned shift = width - (sub_bits + 1);
    return (std::size_t{shift} << sub_bits) + static_cast<std::size_t>(value >> shift);
  }

  [[nodiscard]] static constexpr std::uint64_t largest_in(std::size_t bucket) noexcept {
    if (bucket < linear_below) return bucket;
    const std::size_t shift = (bucket >> sub_bits) - 1;
    const std::uint64_t leading = bucket - (shift << sub_bits);
    return (leading << shift) | ((std::uint64_t{1} << shift) - 1);
  }

 private:
  static constexpr std::uint64_t linear_below = std::uint64_t{1} << (sub_bits + 1);
  static constexpr std::size_t bucket_count = (64 - sub_bits + 1) << sub_bits;

  std::array<std::uint64_t, bucket_count> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace strata::bench
