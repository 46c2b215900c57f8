#include "latency/ticks.hpp"

#include <chrono>

namespace strata::bench {

double nanoseconds_per_tick() {
  using clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds while_running(20);
  const auto begun = clock::now();
  const std::uint64_t first = first_tick();
  auto now = clock::now();
  while (now - begun < while_running) now = clock::now();
  const std::uint64_t last = last_tick();
  const double elapsed = std::chrono::duration<double, std::nano>(now - begun).count();
  return elapsed / static_cast<double>(last - first);
}

}  // namespace strata::bench
