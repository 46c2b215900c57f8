#include "heap/purge_thread.hpp"

#include <atomic>

#include "heap/heap.hpp"

namespace strata::core {
namespace {

constinit std::atomic<bool> running{false};

[[noreturn]] void pump_for_ever() noexcept {
  static constinit std::atomic<std::uint32_t> never{0};
  const std::uint64_t period_ns = std::uint64_t{active_settings().purge_delay_ms} * 1'000'000;
  for (;;) {
    os::platform::wait_for(never, 0, period_ns < 1'000'000 ? 1'000'000 : period_ns);
    pump();
  }
}

}  // namespace

void start_purge_thread() noexcept {
  if (running.exchange(true)) return;
  if (!os::platform::start_thread([]() noexcept { pump_for_ever(); })) {
    running.store(false);
  }
}

}  // namespace strata::core
