// The ranges between guards that exist now, for the handler of guard hits.
//
// A lock, although the handler takes it too: it does so only for faults of the
// processor, and nothing faults while the lock is held. In the child of a fork it may be
// held by a thread that is not there: then the fault takes its course after a while.
#pragma once

#include <strata/arena/detail/guarded_range.hpp>
#include <strata/base/detail/diagnosis.hpp>

#include "base/base.hpp"
#include "os/os.hpp"

namespace strata::core {

class guarded_ranges {
 public:
  void add(detail::guarded_range& range) noexcept {
    const base::lock_guard guard(lock_);
    range.previous = nullptr;
    range.next = first_;
    if (first_ != nullptr) first_->previous = &range;
    first_ = &range;
  }

  void remove(detail::guarded_range& range) noexcept {
    const base::lock_guard guard(lock_);
    (range.previous != nullptr ? range.previous->next : first_) = range.next;
    if (range.next != nullptr) range.next->previous = range.previous;
  }

  // Ends the program with a diagnosis when the address lies in a guard, unless the
  // range has words of its own.
  void look(const detail::guard_hit& hit) noexcept {
    if (lock_.held_by_me() || !lock_.try_lock_for_a_while()) return;
    for (const detail::guarded_range* range = first_; range != nullptr; range = range->next) {
      report_if_hit(*range, hit);
    }
    lock_.unlock();
  }

 private:
  static void report_if_hit(const detail::guarded_range& range,
                            const detail::guard_hit& hit) noexcept {
    const auto* const at = static_cast<const std::byte*>(hit.address);
    if (range.explain != nullptr) {
      if (at >= range.low && at < range.high) range.explain(range, hit);
      return;
    }
    if (at >= range.low && at < range.begin) {
      detail::report_guard_hit(range.kind, range.name, at, base::distance(at, range.begin), true);
    }
    if (at >= range.end && at < range.high) {
      detail::report_guard_hit(range.kind, range.name, at, base::distance(range.end, at), false);
    }
  }

  base::mutex<os::platform> lock_;
  detail::guarded_range* first_ = nullptr;
};

}  // namespace strata::core
