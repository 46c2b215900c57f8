// What a thread finds without a lock or a search: free blocks of the small
// classes, the local heap they are of, its local heap of the process heap, and
// those of the first-class heaps it used last.
//
// Outside of malloc scopes `current` is `process_local`. Inside it is the local
// heap that the innermost scope directs malloc into, and the blocks that were in
// the lists wait with the local heap they are of:
//
//   lists[57] <----- exchanged when a scope begins or ends -----> queues[57].list
//
// `current` is nullptr only as long as `process_local` is.
//
// Zero-initialised thread-local storage: before a thread has a local heap, all
// lists are empty, so its first allocation takes the slow path, which makes one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "heap/local_heap.hpp"

namespace strata::core {

template <class Config>
struct thread_front {
  using local = basic_local_heap<Config>;
  using heap = basic_heap<Config>;

  block* lists[small_count + 1];
  local* current;
  local* process_local;
  std::size_t scopes;  // malloc scopes that this thread is in
  bool ended;          // the thread runs its last destructors and gets no local heap any more

  static constexpr std::size_t recent_count = 8;
  std::array<local*, recent_count> recent;
  base::list<local, &local::thread_links> locals;  // of first-class heaps

  [[nodiscard]] local*& recent_of(const heap& which) noexcept {
    const std::uint64_t hash = reinterpret_cast<std::uintptr_t>(&which) / 64 * 0x9E3779B97F4A7C15;
    return recent[hash >> 61];
  }
};

static_assert(thread_front<synchronized_config<os::platform>>::recent_count == std::size_t{1} << 3,
              "recent_of takes the upper three bits of a hash");

template <class Config>
inline thread_local constinit thread_front<Config> this_thread{};

}  // namespace strata::core
