// What pools that several threads share are made from, and what they say of
// themselves.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <string_view>

#include <strata/account/account.hpp>

namespace strata {

/// Every member may be left out, but a lock_free_pool needs a capacity.
struct shared_pool_options {
  std::string_view name = {};       ///< of the account; copied, cut to 63 bytes
  std::size_t limit = SIZE_MAX;     ///< of what the pool holds, in bytes; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
  std::size_t capacity = 0;         ///< slots to begin with
  std::size_t maximum = SIZE_MAX;   ///< slots that a growing pool may grow to
  /// Where slots come from; nullptr: pages of the pool's own. Over an upstream, an
  /// account is charged only if `name` or `limit` is given; then the same bytes
  /// stand in the upstream's account too.
  std::pmr::memory_resource* upstream = nullptr;
};

/// What a thread_safe_pool holds, counted part by part while threads go on: exact
/// when none does. While exact: capacity = in_use + cached + common + unused.
struct shared_pool_statistics {
  std::size_t capacity;  ///< slots
  std::size_t in_use;    ///< live objects
  std::size_t cached;    ///< free slots in the caches of threads
  std::size_t common;    ///< free slots that any thread may take
  std::size_t unused;    ///< slots that were never used
  std::size_t caches;    ///< threads that have one
  std::size_t taken;     ///< how often a thread took slots from the common ones
  std::size_t given;     ///< how often a thread gave slots to them
  std::size_t chunks;    ///< that the slots lie in
  std::size_t refusals;  ///< requests that the maximum, a limit or the upstream refused
};

}  // namespace strata
