// A working set that grows to 64 MiB and shrinks to 1 MiB, again and again:
// whoever returns memory too eagerly pays in page faults, whoever keeps it all
// pays in peaks that stay.
#include <utility>
#include <vector>

#include "block.hpp"
#include "sizes.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

constexpr std::size_t high_bytes = std::size_t{64} << 20;
constexpr std::size_t low_bytes = std::size_t{1} << 20;

class working_set {
 public:
  void grow() {
    while (live_ < high_bytes) {
      const std::size_t size = recorded_size(random_);
      blocks_.push_back(make_block(size, random_.next()));
      live_ += size;
    }
  }

  void shrink(std::size_t bytes) {
    while (live_ > bytes) {
      std::swap(blocks_[random_.below(blocks_.size())], blocks_.back());
      live_ -= blocks_.back().size;
      sum_ += drop_block(blocks_.back());
      blocks_.pop_back();
    }
  }

  [[nodiscard]] std::uint64_t sum() const { return sum_; }

 private:
  std::vector<block> blocks_;
  std::size_t live_ = 0;
  random_numbers random_{5};
  std::uint64_t sum_ = 0;
};

outcome run(const parameters& work) {
  working_set set;
  for (std::size_t i = 0, end = work.count(100); i < end; ++i) {
    set.grow();
    set.shrink(low_bytes);
  }
  set.shrink(0);
  return {set.sum()};
}

}  // namespace

extern const workload swings = {
    .name = "swings",
    .summary = "A working set that swings between 1 and 64 MiB",
    .threaded = false,
    .run = run,
};

}  // namespace strata::suite
