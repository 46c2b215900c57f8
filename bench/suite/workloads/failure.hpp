// How a workload ends that found its data wrong or got no memory: at once and
// from any thread, with one line and exit code 1. Nothing is unwound, since
// what an allocator damaged cannot be trusted for that.
#pragma once

#include <cstddef>
#include <string>

namespace strata::suite {

[[noreturn]] void fail(const std::string& what);

// For blocks that came from malloc and its kin.
[[noreturn]] void fail_refused(const char* function, std::size_t bytes);

// `fail`, unless the check holds.
inline void require(bool holds, const char* what) {
  if (!holds) [[unlikely]] {
    fail(what);
  }
}

}  // namespace strata::suite
