// A trace read into memory, every byte of it checked, and its events put into the
// order in which they happened.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <stdexcept>
#include <string>
#include <vector>

#include "adaptor/trace_format.hpp"

namespace strata::trace {

// The file is no trace, or a damaged one.
struct damaged_trace : std::runtime_error {
  using runtime_error::runtime_error;
};

struct thread_event {
  trace::event event;
  std::uint32_t thread;
};

struct recorded_trace {
  explicit recorded_trace(std::pmr::memory_resource* memory) : events(memory) {}

  std::uint64_t process = 0;
  std::string program;
  bool stopped = false;  // there was no room for all
  std::pmr::vector<thread_event> events;
};

// Throws damaged_trace, or std::runtime_error when the file cannot be read. Memory
// comes from `memory`, not from malloc.
[[nodiscard]] recorded_trace read_trace(const std::string& path, std::pmr::memory_resource* memory);

}  // namespace strata::trace
