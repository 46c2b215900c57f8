// Buffers that grow by realloc: many strings that are appended to, vectors that
// double, and a few that reach tens of megabytes, where copying can be avoided.
#include <array>
#include <cstdlib>

#include "failure.hpp"
#include "random_numbers.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

// Holds a sequence that is a function of its seed, so that all of it can be checked.
class buffer {
 public:
  buffer() = default;
  buffer(const buffer&) = delete;
  buffer& operator=(const buffer&) = delete;
  buffer(buffer&&) = delete;
  buffer& operator=(buffer&&) = delete;
  ~buffer() { std::free(words_); }

  void clear() {
    std::free(words_);
    words_ = nullptr;
    size_ = capacity_ = 0;
  }

  // Appends until `size`, with `grown(capacity)` as the next capacity.
  template <class Grown>
  std::uint64_t grow_to(std::size_t size, std::uint64_t seed, const Grown& grown) {
    random_numbers random(seed);
    while (size_ < size) {
      if (size_ == capacity_) reserve(grown(capacity_));
      words_[size_++] = random.next();
    }
    return verified_sum(seed);
  }

 private:
  void reserve(std::size_t capacity) {
    void* const moved = std::realloc(words_, capacity * sizeof(std::uint64_t));
    if (moved == nullptr) fail_refused("realloc", capacity * sizeof(std::uint64_t));
    words_ = static_cast<std::uint64_t*>(moved);
    capacity_ = capacity;
  }

  [[nodiscard]] std::uint64_t verified_sum(std::uint64_t seed) const {
    random_numbers random(seed);
    checksum sum;
    for (std::size_t i = 0; i < size_; ++i) {
      require(words_[i] == random.next(), "realloc lost what a buffer held");
    }
    sum.add(words_[size_ - 1]);
    return sum.value();
  }

  std::uint64_t* words_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

std::size_t doubled(std::size_t capacity) { return capacity == 0 ? 2 : capacity * 2; }
std::size_t a_bit_more(std::size_t capacity) { return capacity + 3; }
std::size_t half_more(std::size_t capacity) { return capacity < 4 ? 4 : capacity + capacity / 2; }

outcome run(const parameters& work) {
  constexpr std::size_t large_words = std::size_t{24} << 17;  // 24 MiB
  std::array<buffer, 512> live;
  random_numbers random(7);
  std::uint64_t sum = 0;
  for (std::size_t i = 0, end = work.count(1'200'000); i < end; ++i) {
    buffer& place = live[random.below(live.size())];
    place.clear();
    if (random.chance(50)) {
      sum += place.grow_to(random.between(1, 120), i, a_bit_more);
    } else {
      sum += place.grow_to(random.between(1, 700), i, doubled);
    }
  }
  for (buffer& each : live) each.clear();
  for (std::size_t i = 0, end = work.count(36); i < end; ++i) {
    sum += live[0].grow_to(large_words / (1 + i % 3), i, half_more);
    live[0].clear();
  }
  return {sum};
}

}  // namespace

extern const workload realloc_growth = {
    .name = "realloc_growth",
    .summary = "Strings and vectors that grow by realloc, up to 24 MiB",
    .threaded = false,
    .run = run,
};

}  // namespace strata::suite
