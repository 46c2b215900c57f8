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
// Before a thread has a local heap, all lists are empty, so its first allocation
// takes the slow path, which makes one.
//
// `classes` are the first of detail::small_classes, in thread-local storage because
// the address of that is at hand when the list is looked up: one instruction less.
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

  // Sizes to here, in steps of 16, take the shortest way. Programs whose sizes vary
  // around a bound between two ways pay for a branch that nobody can predict: so it
  // is above what most programs ask for.
  static constexpr std::size_t smallest_max = base::kib;
  static constexpr std::size_t smallest_steps = smallest_max / linear_step;

  block* lists[small_count + 1]{};
  std::array<class_index, smallest_steps + 1> classes = [] {
    std::array<class_index, smallest_steps + 1> table{};
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = detail::small_classes[i];
    return table;
  }();
  local* current = nullptr;
  local* process_local = nullptr;
  std::size_t scopes = 0;  // malloc scopes that this thread is in
  bool ended = false;      // the thread runs its last destructors and gets no local heap any more

  static constexpr std::size_t recent_count = 8;
  std::array<local*, recent_count> recent{};
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
