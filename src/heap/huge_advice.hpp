// Huge pages for large blocks that come and go.
//
// A fault for 2 MiB costs less than 512 for 4 KiB, but brings 2 MiB in, whether the
// program touches one byte of it or all. So nobody gets huge pages for the first
// blocks, which may be tables that stay sparse for ever: only a heap that gave memory
// back and took it again within a period (retention.hpp), which is what programs do
// that fill buffers and drop them.
//
// Advice splits the kernel's mapping where it begins and ends. It goes to few blocks at
// a time, and ends when their granules leave the heap, because slabs that came to lie
// there would be resident before anybody counted them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/base.hpp"

namespace strata::core {

template <class Os>
class huge_advice {
 public:
  static constexpr std::size_t bytes_min = 4 * base::mib;
  static constexpr std::size_t blocks_max = 4096;

  // For the huge pages that lie wholly in the range. A refusal changes nothing.
  void want(std::byte* start, std::size_t bytes) noexcept {
    const std::size_t page = Os::huge_page_size();
    if (page == 0 || bytes < bytes_min) return;
    const auto from = base::align_up(reinterpret_cast<std::uintptr_t>(start), page);
    const auto to = base::align_down(reinterpret_cast<std::uintptr_t>(start) + bytes, page);
    if (from >= to) return;
    wanted_.store(true, std::memory_order_relaxed);
    Os::advise_huge(reinterpret_cast<void*>(from), to - from, true);
  }

  // Where to cut a range of which the end is to go: part of a huge page would leave the
  // process but not the machine.
  [[nodiscard]] std::byte* cut(std::byte* at) const noexcept {
    if (!wanted_.load(std::memory_order_relaxed)) return at;
    return at - reinterpret_cast<std::uintptr_t>(at) % Os::huge_page_size();
  }

  // For what goes back to the region, resident no more.
  void end(std::byte* start, std::size_t bytes) noexcept {
    if (wanted_.load(std::memory_order_relaxed)) Os::advise_huge(start, bytes, false);
  }

 private:
  std::atomic<bool> wanted_{false};  // ever, by any heap
};

}  // namespace strata::core
