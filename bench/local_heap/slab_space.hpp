// Where slabs come from: one range, mapped once, handed out in address order;
// retired slabs are handed out again, the last one first. Pages are never given
// back, so the resident pages of the range are the pages a workload touched.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <vector>

#include "local_heap/slab.hpp"

namespace strata::bench {

class slab_space {
 public:
  static constexpr std::size_t range_bytes = slab_count_max * slab_bytes;
  static constexpr std::size_t page_bytes = 4 * base::kib;

  [[nodiscard]] static slab_space& instance() {
    static slab_space space;
    return space;
  }

  template <class Records>
  slab_record& acquire(std::size_t size_class) noexcept {
    std::byte* const start = take_slab();
    slab_record& slab = Records::of(start);
    prepare(slab, start + Records::header_bytes, slab_bytes - Records::header_bytes, size_class);
    return slab;
  }

  template <class Records>
  void retire(slab_record& slab) noexcept {
    retired_.push_back(first_block(slab) - Records::header_bytes);
    slab.bound = 0;
    slab.state = slab_state::unused;
  }

  // Everything as at the start of the process; all blocks are forgotten.
  void reset() noexcept {
    std::ranges::fill(records_in_table::table, slab_record{});
    madvise(start_, range_bytes, MADV_DONTNEED);
    retired_.clear();
    next_ = start_;
  }

  [[nodiscard]] std::size_t resident_pages() const {
    std::vector<unsigned char> resident(range_bytes / page_bytes);
    if (mincore(start_, range_bytes, resident.data()) != 0) refuse();
    return static_cast<std::size_t>(
        std::ranges::count_if(resident, [](unsigned char flags) { return (flags & 1) != 0; }));
  }

  [[nodiscard]] std::size_t slabs_in_use() const noexcept {
    return base::distance(start_, next_) / slab_bytes - retired_.size();
  }

 private:
  slab_space() {
    void* const range = mmap(nullptr, range_bytes + slab_bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) refuse();
    const std::size_t address = reinterpret_cast<std::uintptr_t>(range);
    start_ = base::advance(range, base::align_up(address, slab_bytes) - address);
    madvise(start_, range_bytes, MADV_NOHUGEPAGE);
    retired_.reserve(slab_count_max);
    next_ = start_;
  }

  std::byte* take_slab() noexcept {
    if (!retired_.empty()) {
      std::byte* const slab = retired_.back();
      retired_.pop_back();
      return slab;
    }
    if (next_ == start_ + range_bytes) refuse();
    std::byte* const slab = next_;
    next_ += slab_bytes;
    return slab;
  }

  std::byte* start_;
  std::byte* next_;
  std::vector<std::byte*> retired_;
};

}  // namespace strata::bench
