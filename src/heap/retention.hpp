// How much free memory a heap keeps resident, so that programs which free and
// allocate again pay no page faults, and programs which are done give back what
// they used, with no thread to remind them.
//
//   budget   at most max(floor, a share of what is live, 1/32 of the recent
//            peak, what was learned); what exceeds it goes back at once, down to
//            seven eighths, so that the next release does not purge again
//   learned  memory that was given back and taken again within a period was given
//            back too early: that much more is kept from then on, yet no more than
//            fills the heap up to its recent peak and the peak's share; for large
//            blocks, whose lengths do not fit into each other's places, half of
//            them more
//   time     what nobody needed during a whole period goes back when the period
//            ends, down to the floor; what was learned fades with it
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

  // For heaps of which there may be thousands: nothing is kept on account of the
  // past, because it would add up.
  [[nodiscard]] constexpr retention forgetful() const noexcept {
    retention made = *this;
    made.forgetful_ = true;
    return made;
  }

  // Call after every request that a heap served.
  void note_live(std::size_t live) noexcept { peak_ = std::max(peak_, live); }

  // Retained memory went down because it was used again.
  void note_reuse(std::size_t retained) noexcept { unneeded_ = std::min(unneeded_, retained); }

  void note_purge(std::size_t bytes, std::uint64_t now_ns) noexcept {
    purged_ += bytes;
    last_purge_ = now_ns;
  }

  // Memory came from the OS.
  void note_growth(std::size_t bytes, std::uint64_t now_ns) noexcept {
    unneeded_ = 0;
    if (purged_ == 0) return;
    if (now_ns - last_purge_ >= period_ns_) purged_ = 0;
    const std::size_t again = std::min(bytes, purged_);
    purged_ -= again;
    learned_ += again;
  }

  // Call after every release. Returns how many bytes should go back now.
  [[nodiscard]] std::size_t excess(std::size_t live, std::size_t retained, std::uint64_t now_ns,
                                   std::size_t live_large = 0) noexcept {
    peak_ = std::max(peak_, live);
    const std::size_t timed = end_period(live, retained, now_ns);
    const std::size_t allowed = budget(live, live_large);
    const std::size_t over = retained > allowed ? retained - allowed / 8 * 7 : 0;
    return std::max(timed, over);
  }

  // `live_large`: the part of `live` that large blocks have.
  [[nodiscard]] std::size_t budget(std::size_t live, std::size_t live_large = 0) const noexcept {
    const std::size_t share = share_of(live);
    if (floor_ == 0 || forgetful_) return share;
    const std::size_t peak = std::max(peak_, live);
    const std::size_t useful = peak - live + share_of(peak) + live_large / 2;
    return std::max({share, peak_ / 32, std::min(learned_, useful)});
  }

  // What time alone says should go back: for a program that calls a pump.
  [[nodiscard]] std::size_t end_period(std::size_t live, std::size_t retained,
                                       std::uint64_t now_ns) noexcept {
    if (now_ns - period_start_ < period_ns_) return 0;
    const std::size_t unneeded = std::min(unneeded_, retained);
    period_start_ = now_ns;
    unneeded_ = retained;
    peak_ = std::max(live, peak_ / 2);
    learned_ = learned_ > unneeded ? std::min(learned_ - unneeded, peak_) : 0;
    return retained > floor_ ? std::min(unneeded, retained - floor_) : 0;
  }

  // Memory was given back and taken again of late.
  [[nodiscard]] bool swings() const noexcept { return learned_ != 0; }

  [[nodiscard]] std::size_t floor() const noexcept { return floor_; }

 private:
  [[nodiscard]] std::size_t share_of(std::size_t bytes) const noexcept {
    return std::max(floor_, bytes / 100 * percent_);
  }

  std::size_t floor_ = 0;
  std::size_t percent_ = 0;
  std::uint64_t period_ns_ = 0;
  std::uint64_t period_start_ = 0;
  std::size_t unneeded_ = 0;  // the least that was retained during this period
  std::size_t peak_ = 0;      // of live bytes, halved with every period
  std::size_t purged_ = 0;    // bytes given back of late and not taken again
  std::uint64_t last_purge_ = 0;
  std::size_t learned_ = 0;
  bool forgetful_ = false;
};

}  // namespace strata::core
