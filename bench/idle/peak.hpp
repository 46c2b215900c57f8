// A peak of small blocks and its end: who allocates, who frees, and in which order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace strata::bench {

enum class freed_by : std::uint8_t {
  own,    // the threads that allocated
  other,  // one more thread, while those that allocated wait
  ended,  // the main thread, after those that allocated ended
};

enum class free_order : std::uint8_t { random, same, reverse };

struct peak_options {
  std::size_t mib = 256;
  std::vector<std::size_t> sizes = {112};  // each as often as the others
  unsigned threads = 1;                    // that allocate
  freed_by who = freed_by::own;
  free_order order = free_order::random;
  double sleep_seconds = 10;
};

struct resident_memory {
  std::uint64_t before;
  std::uint64_t at_peak;
  std::uint64_t after_free;
  std::uint64_t after_sleep;
};

// Throws std::runtime_error when memory is refused.
[[nodiscard]] resident_memory watch_peak(const peak_options& options);

}  // namespace strata::bench
