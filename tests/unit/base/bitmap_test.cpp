// The bitmap against a model that keeps one bool per bit and searches bit by bit.
#include "base/bitmap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace strata::base {
namespace {

bool naive_run_at(word bits, std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i) {
    if (i >= word_bits || (bits >> i & 1) == 0) return false;
  }
  return true;
}

TEST(bitmap_word, run_is_count_ones_from_first) {
  for (std::size_t first = 0; first < word_bits; ++first) {
    for (std::size_t count = 0; first + count <= word_bits; ++count) {
      word expected = 0;
      for (std::size_t i = first; i < first + count; ++i) expected |= word{1} << i;
      ASSERT_EQ(bit_run(first, count), expected) << first << " " << count;
    }
  }
}

TEST(bitmap_word, run_starts_agree_with_the_model) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    const word bits = round % 3 == 0 ? random() : random() | random() | random();
    for (std::size_t count = 1; count <= word_bits; ++count) {
      word expected = 0;
      for (std::size_t i = 0; i < word_bits; ++i) {
        if (naive_run_at(bits, i, count)) expected |= word{1} << i;
      }
      ASSERT_EQ(run_starts(bits, count), expected) << bits << " " << count;
      ASSERT_EQ(find_run(bits, count), static_cast<std::size_t>(std::countr_zero(expected)));
    }
  }
}

TEST(bitmap_word, full_and_empty_words) {
  EXPECT_EQ(find_run(word_full, 64), 0u);
  EXPECT_EQ(find_run(0, 1), word_bits);
  EXPECT_EQ(find_run(word_full >> 1, 64), word_bits);
}

// A bitmap of `size` bits beside its model; the words beyond must stay untouched.
class modelled_bitmap {
 public:
  explicit modelled_bitmap(std::size_t size) : model_(size, false), view_(words_.data(), size) {
    // Bits beyond the size are not ours; a search that ran on would find the second.
    words_.fill(word_full);
    const std::size_t total = words_.size() * word_bits;
    bitmap_view(words_.data(), total).clear(0, std::min(size + 1, total));
  }

  void set(std::size_t first, std::size_t count) {
    view_.set(first, count);
    std::fill_n(model_.begin() + static_cast<std::ptrdiff_t>(first), count, true);
  }

  void clear(std::size_t first, std::size_t count) {
    view_.clear(first, count);
    std::fill_n(model_.begin() + static_cast<std::ptrdiff_t>(first), count, false);
  }

  [[nodiscard]] const bitmap_view& view() const { return view_; }
  [[nodiscard]] std::size_t size() const { return model_.size(); }

  [[nodiscard]] bool all(std::size_t first, std::size_t count, bool wanted) const {
    for (std::size_t i = first; i < first + count; ++i) {
      if (model_[i] != wanted) return false;
    }
    return true;
  }

  [[nodiscard]] std::size_t next(std::size_t from, bool wanted) const {
    while (from < size() && model_[from] != wanted) ++from;
    return std::min(from, size());
  }

  [[nodiscard]] std::size_t aligned_run(std::size_t from, std::size_t count, std::size_t alignment,
                                        std::size_t phase) const {
    for (std::size_t start = from; start + count <= size(); ++start) {
      if ((start + phase) % alignment == 0 && all(start, count, true)) return start;
    }
    return size();
  }

  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(std::count(model_.begin(), model_.end(), true));
  }

 private:
  std::array<word, 5> words_;
  std::vector<bool> model_;
  bitmap_view view_;
};

std::size_t pick(std::mt19937_64& random, std::size_t below) { return random() % below; }

void expect_agreement(const modelled_bitmap& bits, std::mt19937_64& random) {
  const std::size_t first = pick(random, bits.size());
  const std::size_t count = pick(random, bits.size() - first + 1);
  ASSERT_EQ(bits.view().test(first), bits.all(first, 1, true));
  ASSERT_EQ(bits.view().all_set(first, count), bits.all(first, count, true));
  ASSERT_EQ(bits.view().none_set(first, count), bits.all(first, count, false));
  ASSERT_EQ(bits.view().next_set(first), bits.next(first, true));
  ASSERT_EQ(bits.view().next_clear(first), bits.next(first, false));
  ASSERT_EQ(bits.view().count(), bits.count());
}

class bitmap_sizes : public testing::TestWithParam<std::size_t> {};

TEST_P(bitmap_sizes, agrees_with_the_model) {
  std::mt19937_64 random(GetParam());
  modelled_bitmap bits(GetParam());
  for (int step = 0; step < 3000; ++step) {
    const std::size_t first = pick(random, bits.size());
    const std::size_t count = 1 + pick(random, std::min<std::size_t>(bits.size() - first, 70));
    if (random() % 2 == 0) {
      bits.set(first, count);
    } else {
      bits.clear(first, count);
    }
    expect_agreement(bits, random);
  }
}

TEST_P(bitmap_sizes, finds_the_lowest_aligned_run) {
  std::mt19937_64 random(GetParam() + 1);
  modelled_bitmap bits(GetParam());
  for (int step = 0; step < 3000; ++step) {
    const std::size_t first = pick(random, bits.size());
    bits.set(first, 1 + pick(random, bits.size() - first));
    bits.clear(pick(random, bits.size()), 1);
    const std::size_t alignment = std::size_t{1} << pick(random, 5);
    const std::size_t phase = pick(random, alignment);
    const std::size_t count = 1 + pick(random, 40);
    const std::size_t from = pick(random, bits.size());
    ASSERT_EQ(bits.view().find_aligned_run(from, count, alignment, phase),
              bits.aligned_run(from, count, alignment, phase))
        << from << " " << count << " " << alignment << " " << phase;
  }
}

INSTANTIATE_TEST_SUITE_P(bitmap, bitmap_sizes,
                         testing::Values(1, 5, 63, 64, 65, 127, 128, 200, 256, 320));

TEST(bitmap, touches_no_bit_outside_of_its_ranges) {
  std::array<word, 3> words{};
  bitmap_view view(words.data(), 3 * word_bits);
  view.set(60, 70);
  EXPECT_EQ(words[0], word_full << 60);
  EXPECT_EQ(words[1], word_full);
  EXPECT_EQ(words[2], word{3});
  view.clear(64, 64);
  EXPECT_EQ(words[1], 0u);
  EXPECT_EQ(words[0], word_full << 60);
}

}  // namespace
}  // namespace strata::base
