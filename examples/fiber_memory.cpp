// What a fiber needs besides its stack: an arena for its time, and messages to others.
#include <strata/stack/fiber_memory.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory_resource>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

int main() {
  const strata::fiber_memory_config wanted{
      .name = "server", .limit = 64 << 20, .stacks = {.stack_bytes = 32 << 10, .maximum = 1000}};
  const auto config = strata::with_environment(wanted);  // STRATA_FIBER_... beat the program
  if (const auto* error = std::get_if<strata::fiber_config_error>(&config)) {
    std::fprintf(stderr, "%s\n", error->what());
    return 1;
  }
  strata::fiber_memory memory(std::get<strata::fiber_memory_config>(config));

  // 10 000 fibers, one after the other. What each one makes ends with it; the next one
  // gets the same memory, still in the cache.
  std::vector<strata::message_slice> sent;
  for (int i = 0; i < 10'000; ++i) {
    const strata::stack stack = memory.stacks().get();
    const strata::fiber_arena own = memory.arenas().get(2000);
    std::pmr::vector<int> parsed(own.get());
    for (int k = 0; k < 100; ++k) parsed.push_back(i + k);

    if (i % 100 == 0) {
      strata::message_buffer reply = memory.messages().get(parsed.size());
      std::transform(parsed.begin(), parsed.end(), reply.data(),
                     [](int each) { return static_cast<std::byte>(each); });
      sent.push_back(std::move(reply).share());  // read only from now on, by anybody
    }
    memory.stacks().put(stack);
  }

  // Another thread reads parts of the messages, and ends them there.
  std::size_t zeros = 0;
  std::thread([&zeros, mail = std::move(sent)] {
    for (const strata::message_slice& message : mail) {
      const strata::message_slice body = message.slice(10, message.size() - 10);
      const auto bytes = body.bytes();
      zeros += static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), std::byte{0}));
    }
  }).join();

  memory.tick();
  strata::write_text(std::cout, memory.statistics());
  memory.trim();
  std::printf("%zu zeros; %zu bytes after trim\n", zeros, memory.account().usage());
  return memory.account().usage() == 0 ? 0 : 1;
}
