// Writing to a small object many times: fast as long as no other thread writes
// to the same cache line, and an allocator decides over that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "failure.hpp"

namespace strata::suite {

inline constexpr std::size_t object_bytes = 8;

inline std::uint64_t* make_object() {
  void* const made = std::malloc(object_bytes);
  if (made == nullptr) fail_refused("malloc", object_bytes);
  return static_cast<std::uint64_t*>(made);
}

// Sets an object to zero and counts it up, in memory and not in a register.
inline std::uint64_t write_often(volatile std::uint64_t& counter, std::uint64_t times) {
  counter = 0;
  for (std::uint64_t i = 0; i < times; ++i) counter = counter + 1;
  require(counter == times, "another thread wrote to a live object");
  return counter;
}

}  // namespace strata::suite
