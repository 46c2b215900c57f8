// What the heap itself says is live, for comparison with what a test believes.
#pragma once

#include <algorithm>
#include <vector>

#include "heap/heap.hpp"

namespace strata::test {

// Addresses in order. Requires that nobody uses the heap meanwhile.
[[nodiscard]] inline std::vector<const void*> live_blocks(core::heap& of) {
  std::vector<const void*> found;
  core::walk_heap(
      of,
      [](void* context, void* block, std::size_t) noexcept {
        static_cast<std::vector<const void*>*>(context)->push_back(block);
        return true;
      },
      &found);
  std::sort(found.begin(), found.end());
  return found;
}

// Bytes charged to the heap's account once empty slabs have gone.
[[nodiscard]] inline std::size_t settled_usage(core::heap& of) {
  (void)live_blocks(of);  // brings every block home
  return core::heap_account(of).usage();
}

}  // namespace strata::test
