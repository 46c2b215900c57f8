// What a thread finds without a lock or a search: its free blocks of the small
// classes of the process heap, its local heap there, and its local heaps of the
// first-class heaps it used last.
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
  local* process_local;
  bool ended;  // the thread runs its last destructors and gets no local heap any more

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
