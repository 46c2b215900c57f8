// How a pool knows that its objects may have handles: a mark that the first handle
// sets. A pool that ends destroys the objects in it; when handles were made of it,
// that is a mistake, because they would give objects back to nothing. Handles
// themselves are not counted, so that making and ending one costs nothing more.
// Not for programs.
//
// A pool has one as a member, an `expect_handles() noexcept` that sets it, and a
// destructor that checks it while objects still count as live.
#pragma once

#include <atomic>
#include <cstddef>

#include <strata/base/detail/diagnosis.hpp>

namespace strata::detail {

class handle_mark {
 public:
  // Reads first, so that threads that make handles share the line in their caches.
  void set() noexcept {
    if (!set_.load(std::memory_order_relaxed)) set_.store(true, std::memory_order_relaxed);
  }

  void check(const void* pool, std::size_t live) const noexcept {
    if (set_.load(std::memory_order_relaxed) && live != 0) [[unlikely]] {
      report_pool_ended_first(pool, live);
    }
  }

 private:
  std::atomic<bool> set_{false};
};

}  // namespace strata::detail
