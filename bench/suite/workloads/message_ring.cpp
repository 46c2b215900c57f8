// Threads in a ring pass messages on. Each hop makes a new message of another
// size out of the one received, which is freed far from where it was made.
#include <memory>
#include <vector>

#include "block.hpp"
#include "channel.hpp"
#include "crew.hpp"
#include "random_numbers.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

constexpr std::size_t messages_per_thread = 1'000;

using inbox = channel<block>;

// The next message follows from the last, wherever it is made.
block successor(const block& last) {
  random_numbers random(last.tag);
  return make_block(random.between(32, 1024), random.next());
}

void send_first(inbox& next, unsigned index) {
  for (std::size_t i = 0; i < messages_per_thread; ++i) {
    next.send(make_block(64, scrambled(index * messages_per_thread + i + 1)));
  }
}

// As every message makes `hops` hops and as many start at each thread, each
// thread receives the same number of them, and the last `messages_per_thread`
// that reach it go no further.
std::uint64_t pass_on(inbox& own, inbox& next, std::size_t hops) {
  const std::size_t forwarded = messages_per_thread * (hops - 1);
  std::vector<block> received;
  std::size_t done = 0;
  std::uint64_t sum = 0;
  while (done < forwarded + messages_per_thread) {
    own.receive(received);
    for (block& each : received) {
      if (done++ < forwarded) next.send(successor(each));
      sum += drop_block(each);
    }
  }
  return sum;
}

outcome run(const parameters& work) {
  const unsigned threads = work.threads;
  const std::size_t hops = work.count(10'000);
  std::vector<std::unique_ptr<inbox>> inboxes(threads);
  // Room for every message there is: a full inbox could stop the ring.
  for (auto& each : inboxes) each = std::make_unique<inbox>(messages_per_thread * threads + 1);
  return {run_crew(threads, [&](unsigned index) {
    inbox& next = *inboxes[(index + 1) % threads];
    send_first(next, index);
    return pass_on(*inboxes[index], next, hops);
  })};
}

}  // namespace

extern const workload message_ring = {
    .name = "message_ring",
    .summary = "Messages travel around a ring of threads, made anew at each hop",
    .threaded = true,
    .run = run,
};

}  // namespace strata::suite
