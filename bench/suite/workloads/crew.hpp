// Threads that start together and are waited for.
#pragma once

#include <cstdint>
#include <exception>
#include <thread>
#include <vector>

#include "failure.hpp"

namespace strata::suite {

// Runs work(0) ... work(count - 1), each in a thread of its own; the sum of what
// they return, so that their order does not matter.
template <class Work>
std::uint64_t run_crew(unsigned count, const Work& work) {
  std::vector<std::uint64_t> results(count);
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (unsigned index = 0; index < count; ++index) {
    threads.emplace_back([&work, &results, index] {
      try {
        results[index] = work(index);
      } catch (const std::exception& error) {
        fail(error.what());
      }
    });
  }
  for (std::thread& each : threads) each.join();
  std::uint64_t sum = 0;
  for (const std::uint64_t result : results) sum += result;
  return sum;
}

}  // namespace strata::suite
