// Half of the threads allocate, the other half free: no block is ever freed by
// the thread that asked for it.
#include <algorithm>
#include <memory>
#include <vector>

#include "block.hpp"
#include "channel.hpp"
#include "crew.hpp"
#include "random_numbers.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

constexpr std::size_t batch_blocks = 100;
constexpr std::size_t batches_waiting_max = 200;

using batch = std::vector<block>;

void produce(channel<batch>& out, std::uint64_t seed, std::size_t batches) {
  random_numbers random(seed);
  for (std::size_t i = 0; i < batches; ++i) {
    batch made;
    made.reserve(batch_blocks);
    for (std::size_t k = 0; k < batch_blocks; ++k) {
      made.push_back(make_block(random.between(16, 400), random.next()));
    }
    out.send(std::move(made));
  }
}

std::uint64_t consume(channel<batch>& in, std::size_t batches) {
  std::uint64_t sum = 0;
  std::vector<batch> received;
  for (std::size_t done = 0; done < batches; done += received.size()) {
    in.receive(received);
    for (batch& each : received) {
      for (block& b : each) sum += drop_block(b);
    }
  }
  return sum;
}

// Each pair has a channel of its own, so that every thread's share is fixed.
outcome run(const parameters& work) {
  const unsigned pairs = std::max(1U, work.threads / 2);
  const std::size_t batches = work.count(120'000);
  std::vector<std::unique_ptr<channel<batch>>> channels(pairs);
  for (auto& each : channels) each = std::make_unique<channel<batch>>(batches_waiting_max);
  return {run_crew(2 * pairs, [&](unsigned index) -> std::uint64_t {
    if (index >= pairs) return consume(*channels[index - pairs], batches);
    produce(*channels[index], 20 + index, batches);
    return 0;
  })};
}

}  // namespace

extern const workload producer_consumer = {
    .name = "producer_consumer",
    .summary = "Half of the threads allocate what the other half frees",
    .threaded = true,
    .run = run,
};

}  // namespace strata::suite
