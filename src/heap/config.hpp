// What a heap is built for, as a type: the machine under it, and whether
// several threads use it. Everything else follows by `if constexpr`.
//
// The configuration of a process derives from synchronized_config and says in
// addition which process it is: `instance()`.
#pragma once

#include <cstdint>

#include "base/base.hpp"
#include "os/os.hpp"

namespace strata::core {

// Any thread may allocate, and any thread may free any block.
template <os::operating_system Os>
struct synchronized_config {
  using os = Os;
  using mutex = base::mutex<Os>;
  static constexpr bool thread_safe = true;

  [[nodiscard, gnu::always_inline]] static std::uintptr_t token() noexcept {
    return Os::thread_token();
  }

  // Asked by the first allocation. True: the process has started by now.
  static bool start_process() noexcept { return false; }
};

// One thread at a time, through the heap's own calls: no lock, no atomic
// operation. Memory still comes from the regions that all heaps share.
template <os::operating_system Os>
struct unsynchronized_config {
  using os = Os;
  using mutex = base::no_mutex;
  static constexpr bool thread_safe = false;

  // A number that no thread has, and that moves no address: slabs of such a heap
  // are nobody's on the fast path of every thread.
  [[nodiscard, gnu::always_inline]] static constexpr std::uintptr_t token() noexcept { return 2; }
};

}  // namespace strata::core
