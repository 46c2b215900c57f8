// How much free memory a heap keeps resident, so that programs which free and
// allocate again pay no page faults, and programs which are done give back what
// they used, with no thread to remind them.
//
//   budget   at most max(floor, a share of what is live, 1/16 of the recent
//            peak); what exceeds it goes back at once, down to three quarters,
//            so that the next release does not purge again
//   time     what nobody needed during a whole period goes back when the period
//            ends, down to the floor
//
// All under the heap's lock.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/base.hpp"

namespace strata::core {

class retention {
 public:
  constexpr retention() noexcept = default;
  constexpr retention(std::size_t floor, std::size_t percent, std::uint64_t period_ns) noexcept
      : floor_(floor), percent_(percent), period_ns_(period_ns) {}

  // Retained memory went down because it was used again.
  void note_reuse(std::size_t retained) noexcept { unneeded_ = std::min(unneeded_, retained); }

  // Call after every release. Returns how many bytes should go back now.
  [[nodiscard]] std::size_t excess(std::size_t live, std::size_t retained,
                                   std::uint64_t now_ns) noexcept {
    peak_ = std::max(peak_, live);
    const std::size_t timed = end_period(live, retained, now_ns);
    const std::size_t allowed = budget(live);
    const std::size_t over = retained > allowed ? retained - allowed / 4 * 3 : 0;
    return std::max(timed, over);
  }

  [[nodiscard]] std::size_t budget(std::size_t live) const noexcept {
    return std::max({floor_, live / 100 * percent_, floor_ == 0 ? 0 : peak_ / 16});
  }

  // What time alone says should go back: for a program that calls a pump.
  [[nodiscard]] std::size_t end_period(std::size_t live, std::size_t retained,
                                       std::uint64_t now_ns) noexcept {
    if (now_ns - period_start_ < period_ns_) return 0;
    const std::size_t unneeded = std::min(unneeded_, retained);
    period_start_ = now_ns;
    unneeded_ = retained;
    peak_ = std::max(live, peak_ / 2);
    return retained > floor_ ? std::min(unneeded, retained - floor_) : 0;
  }

  [[nodiscard]] std::size_t floor() const noexcept { return floor_; }

 private:
  std::size_t floor_ = 0;
  std::size_t percent_ = 0;
  std::uint64_t period_ns_ = 0;
  std::uint64_t period_start_ = 0;
  std::size_t unneeded_ = 0;  // the least that was retained during this period
  std::size_t peak_ = 0;      // of live bytes, halved with every period
};

}  // namespace strata::core
