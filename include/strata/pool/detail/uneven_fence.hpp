// A fence of two threads of which one passes it all the time and the other hardly
// ever. For the rule "I write mine, then read yours; you write yours, then read
// mine; one of us sees the other's", both need a full fence between the two; or one
// needs none, when the other can make the system put one into every running thread
// (asymmetric Dekker synchronization: Dice, Huang and Yang 2001; Linux: membarrier).
// A thread that does not run passed one when it was stopped.
//
// Not for programs.
#pragma once

#include <atomic>

namespace strata::detail {

class uneven_fence {
 public:
  /// Effects: asks the system for its part, once for the process.
  uneven_fence() noexcept;

  /// The frequent side: keeps the compiler from exchanging what stands before and
  /// after; a full fence only where the system refused.
  void light() const noexcept {
    if (by_system_) [[likely]] {
      std::atomic_signal_fence(std::memory_order_seq_cst);
    } else {
      std::atomic_thread_fence(std::memory_order_seq_cst);
    }
  }

  /// The rare side: about a microsecond. Waits for processors, never for a thread.
  /// Returns: whether it was done.
  [[nodiscard]] bool heavy() const noexcept;

 private:
  bool by_system_;
};

}  // namespace strata::detail
