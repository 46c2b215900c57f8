// The stream of events of each thread, and where it is written. Threads that end
// leave the rest of their chunk to others.
#pragma once

#include <cstddef>
#include <cstdint>

#include "adaptor/trace_format.hpp"

namespace strata::trace {

// While one stands, calls of the same thread are not recorded: what the recorder or
// the next malloc calls itself is not the program's doing.
class recording {
 public:
  recording() noexcept;
  ~recording();
  recording(const recording&) = delete;
  recording& operator=(const recording&) = delete;

  // Whether this call is the program's own.
  [[nodiscard]] bool is_outermost() const noexcept { return outermost_; }

  // Numbers the event now: after an allocation, before a release.
  void add(tag which, const void* block, std::size_t size = 0,
           unsigned alignment_log2 = 0) const noexcept;

 private:
  bool outermost_;
};

}  // namespace strata::trace
