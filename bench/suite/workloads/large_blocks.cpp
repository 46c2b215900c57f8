// Buffers of 64 KiB to 64 MiB, each page of them touched: images, network and
// file buffers. At most about 200 MiB live at once.
#include <deque>

#include "block.hpp"
#include "sizes.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

constexpr std::size_t live_bytes_max = std::size_t{200} << 20;

// The larger the rarer, so that every power of two gets a like share of the bytes.
std::size_t buffer_size(random_numbers& random) {
  std::size_t largest = std::size_t{128} << 10;
  while (largest < (std::size_t{64} << 20) && random.chance(50)) largest *= 2;
  return random.between(largest / 2, largest);
}

outcome run(const parameters& work) {
  std::deque<block> live;
  std::size_t live_bytes = 0;
  random_numbers random(9);
  std::uint64_t sum = 0;
  const auto drop_oldest = [&] {
    live_bytes -= live.front().size;
    sum += drop_block(live.front());
    live.pop_front();
  };
  for (std::size_t i = 0, end = work.count(14'000); i < end; ++i) {
    const std::size_t size = buffer_size(random);
    while (live_bytes + size > live_bytes_max) drop_oldest();
    live.push_back(make_block(size, random.next()));
    live_bytes += size;
  }
  while (!live.empty()) drop_oldest();
  return {sum};
}

}  // namespace

extern const workload large_blocks = {
    .name = "large_blocks",
    .summary = "Buffers of 64 KiB to 64 MiB, touched, at most 200 MiB live",
    .threaded = false,
    .run = run,
};

}  // namespace strata::suite
