// Small numbers for threads: no two live threads share one, and a new thread gets
// one that an ended thread left. So a thread finds what is its own in an array, and
// what an ended thread had in such an array has an owner again. Not for programs.
#pragma once

#include <cstdint>

namespace strata::detail {

inline constexpr std::uint32_t thread_index_unknown = UINT32_MAX;   // not asked for yet
inline constexpr std::uint32_t thread_index_none = UINT32_MAX - 1;  // there is none

/// The calling thread's; plain and zero-cost to read.
extern constinit thread_local std::uint32_t this_thread_index;

/// Effects: gives the calling thread an index if it has none yet. What an earlier
///   thread of that index did happens before the return.
/// Returns: this_thread_index. None: the thread is ending, or 4096 others have one.
/// Complexity: lock-free, but for what the C++ runtime does to register the
///   thread's end, at a thread's first call.
std::uint32_t acquire_thread_index() noexcept;

}  // namespace strata::detail
