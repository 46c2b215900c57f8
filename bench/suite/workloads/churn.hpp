// A table of live blocks of which random ones are replaced: what many workloads
// are made of.
#pragma once

#include <cstddef>
#include <vector>

#include "block.hpp"
#include "random_numbers.hpp"

namespace strata::suite {

class churn_table {
 public:
  churn_table(std::size_t places, std::uint64_t seed) : blocks_(places), random_(seed) {}
  churn_table(const churn_table&) = delete;
  churn_table& operator=(const churn_table&) = delete;
  churn_table(churn_table&&) = delete;
  churn_table& operator=(churn_table&&) = delete;
  ~churn_table() { clear(); }

  // Frees the block in a random place and puts another there, `times` over.
  template <class NextSize>
  void replace(std::size_t times, const NextSize& next_size) {
    for (std::size_t i = 0; i < times; ++i) {
      block& place = blocks_[random_.below(blocks_.size())];
      sum_ += drop_block(place);
      place = make_block(next_size(random_), random_.next());
    }
  }

  void clear() {
    for (block& each : blocks_) sum_ += drop_block(each);
  }

  // Of the tags of all that was freed so far.
  [[nodiscard]] std::uint64_t sum() const { return sum_; }

 private:
  std::vector<block> blocks_;
  random_numbers random_;
  std::uint64_t sum_ = 0;
};

}  // namespace strata::suite
