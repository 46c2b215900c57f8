// A process that runs for long while the sizes it needs shift. In every phase
// most of what lives is replaced by blocks of the phase's size; the rest pins
// the memory that the phases before used.
#include <algorithm>
#include <vector>

#include "block.hpp"
#include "random_numbers.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

constexpr std::size_t live_bytes = std::size_t{32} << 20;

class process {
 public:
  // Frees all but `kept` percent of the blocks, then fills up with about `size`.
  void phase(std::size_t size, std::size_t kept) {
    std::size_t stay = 0;
    for (block& each : blocks_) {
      if (random_.chance(kept)) {
        blocks_[stay++] = each;
      } else {
        drop(each);
      }
    }
    blocks_.resize(stay);
    while (live_ < live_bytes) add(random_.between(size - size / 4, size + size / 4));
  }

  std::uint64_t finish() {
    for (block& each : blocks_) drop(each);
    blocks_.clear();
    return sum_;
  }

 private:
  void add(std::size_t size) {
    blocks_.push_back(make_block(size, random_.next()));
    live_ += size;
    // Half of the time something dies at once, so that holes are of all sizes.
    if (random_.chance(50)) {
      std::swap(blocks_[random_.below(blocks_.size())], blocks_.back());
      drop(blocks_.back());
      blocks_.pop_back();
    }
  }

  void drop(block& dead) {
    live_ -= dead.size;
    sum_ += drop_block(dead);
  }

  std::vector<block> blocks_;
  std::size_t live_ = 0;
  random_numbers random_{4};
  std::uint64_t sum_ = 0;
};

outcome run(const parameters& work) {
  constexpr std::size_t smallest = 64;
  constexpr std::size_t largest = 8'000;
  process long_running;
  std::size_t size = smallest;
  for (std::size_t i = 0, end = work.count(40); i < end; ++i) {
    long_running.phase(size, 10);
    size = size > largest ? smallest : size + size / 3;
  }
  return {long_running.finish()};
}

}  // namespace

extern const workload fragmentation = {
    .name = "fragmentation",
    .summary = "32 MiB live while sizes shift from 64 bytes to 8 KB and back; a tenth stays",
    .threaded = false,
    .run = run,
};

}  // namespace strata::suite
