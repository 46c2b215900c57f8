// The window: the one range of addresses in which every region lies, so that a
// shift and a mask lead from any pointer to the records about it.
//
//   base                         opened                           base + size
//   |  region 0  |  region 1  | .. |         not yet opened           |
//   |<-- committed, never given -->|<-- reserved: no access -------->|
//   |    up                        |
//
// The window is aligned to its size, a power of two: so its low address bits
// number its granules, also after it has shrunk.
//
// Two ways to hold it, decided when the process starts:
//   reserved  the whole range is mapped without access at once; opening a region
//             is one mprotect that grows a mapping and adds none.
//   claimed   where address space is limited (RLIMIT_AS) or the big reservation
//             is refused: nothing is mapped ahead, and each region is mapped at
//             its place when it opens. The place is chosen far below the
//             addresses that the system hands out by itself; whoever sits there
//             anyway is stepped over.
//
// Not synchronised: tier 1 holds its lock around every change.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "os/os.hpp"
#include "region/granule.hpp"

namespace strata::core {

template <class Os>
class basic_window {
 public:
  constexpr basic_window() noexcept = default;

  // `wanted`: bytes of address space, 0 to choose from the machine. Returns
  // false only when not even a place for records of one region can be found.
  // Once started, it stays as it is.
  bool start(std::size_t wanted) noexcept {
    if (size_ != 0) return true;
    const std::size_t limit = Os::address_space_limit();
    std::size_t size = wanted != 0 ? std::bit_ceil(wanted) : default_size();
    if (size < size_smallest) size = size_smallest;
    if (limit == SIZE_MAX && reserve(size)) return true;
    return claim(limit, size);
  }

  [[nodiscard]] std::byte* base() const noexcept { return base_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t granules() const noexcept { return size_ >> granule_shift; }
  [[nodiscard]] std::size_t opened() const noexcept { return opened_; }
  [[nodiscard]] bool reserved() const noexcept { return reserved_; }

  [[nodiscard]] std::byte* address(std::size_t granule) const noexcept {
    return base_ + (granule << granule_shift);
  }

  // Any pointer is accepted. True does not say that the place is in use.
  [[nodiscard]] bool contains(const void* pointer) const noexcept {
    return reinterpret_cast<std::uintptr_t>(pointer) - reinterpret_cast<std::uintptr_t>(base_) <
           base::racy_load(opened_);
  }

  // Requires contains(pointer).
  [[nodiscard]] std::size_t granule_of(const void* pointer) const noexcept {
    return base::distance(base_, pointer) >> granule_shift;
  }

  // Makes the next `bytes` usable, or fewer but at least `bytes_min`, and says
  // where. Empty when refused. Both are multiples of a granule.
  granule_run open(std::size_t bytes, std::size_t bytes_min) noexcept {
    for (std::size_t step = 0; step < steps_max; ++step) {
      for (std::size_t size = bytes; size >= bytes_min; size = smaller(size, bytes_min)) {
        if (open_exactly(size)) return take_opened(size);
        if (size == bytes_min) break;
      }
      if (reserved_ || opened_ + segment_bytes >= size_ || !available(bytes_min)) break;
      opened_ += segment_bytes;  // somebody else's mapping lies here: step over it
    }
    return {};
  }

  // The program is about to lower its limit on address space: what is not yet
  // opened would count against it, so it goes back, and the window shrinks to
  // what can be used under the limit.
  void shrink(std::size_t limit) noexcept {
    if (reserved_ && opened_ < size_) Os::release(base_ + opened_, size_ - opened_);
    reserved_ = false;
    const std::size_t usable = limit > size_ ? size_ : opened_ + limit;
    const std::size_t size = std::bit_ceil(usable < size_smallest ? size_smallest : usable);
    if (size < size_) size_ = size;
  }

  [[nodiscard]] bool invariant() const noexcept {
    return opened_ <= size_ && base::is_aligned(base_, size_ == 0 ? 1 : size_) &&
           base::is_aligned(opened_, granule_bytes) && (size_ == 0 || base::is_power_of_two(size_));
  }

 private:
  static constexpr std::size_t size_default = 256 * base::gib;
  static constexpr std::size_t size_smallest = 64 * base::mib;
  static constexpr std::size_t steps_max = 16;

  [[nodiscard]] static std::size_t default_size() noexcept {
    const std::size_t wanted = std::bit_ceil(Os::physical_memory()) * 8;
    return wanted > size_default ? wanted : size_default;
  }

  bool reserve(std::size_t size) noexcept {
    const std::size_t least = size < base::gib ? size : base::gib;
    for (; size >= least; size /= 2) {
      void* place = Os::reserve(size, size, os::initial_access::none);
      if (place == nullptr) continue;
      base_ = static_cast<std::byte*>(place);
      size_ = size;
      reserved_ = true;
      Os::exclude_from_dump(base_, size_);
      return true;
    }
    return false;
  }

  // A probe shows where the system places mappings; they grow downwards from
  // there by no more than the limit, so the window starts far below.
  bool claim(std::size_t limit, std::size_t size) noexcept {
    void* probe = Os::reserve(granule_bytes, granule_bytes, os::initial_access::none);
    if (probe == nullptr) return false;
    Os::release(probe, granule_bytes);
    const std::size_t doubled = limit > SIZE_MAX / 8 ? size : std::bit_ceil(limit) * 2;
    size_ = doubled < size ? doubled : size;
    if (size_ < size_smallest) size_ = size_smallest;
    const std::uintptr_t top = reinterpret_cast<std::uintptr_t>(probe);
    const std::size_t below = size_ * 8 < top / 2 ? size_ * 8 : top / 2;
    base_ = reinterpret_cast<std::byte*>(base::align_down(top - below, size_));
    return true;
  }

  // Whether the system has that much at all, so that it was the place it refused.
  [[nodiscard]] static bool available(std::size_t bytes) noexcept {
    void* probe = Os::reserve(bytes, Os::page_size(), os::initial_access::none);
    if (probe == nullptr) return false;
    const bool committed = Os::commit(probe, bytes);
    Os::release(probe, bytes);
    return committed;
  }

  [[nodiscard]] static std::size_t smaller(std::size_t size, std::size_t bytes_min) noexcept {
    const std::size_t half = base::align_up(size / 2, granule_bytes);
    return half < bytes_min ? bytes_min : half;
  }

  bool open_exactly(std::size_t bytes) noexcept {
    if (bytes > size_ - opened_) return false;
    std::byte* place = base_ + opened_;
    if (reserved_) return Os::commit(place, bytes);
    if (!Os::reserve_at(place, bytes, os::initial_access::none)) return false;
    if (Os::commit(place, bytes)) return true;
    Os::release(place, bytes);
    return false;
  }

  granule_run take_opened(std::size_t bytes) noexcept {
    const granule_run run{opened_ >> granule_shift, bytes >> granule_shift};
    opened_ += bytes;
    return run;
  }

  std::byte* base_ = nullptr;
  std::size_t size_ = 0;
  std::size_t opened_ = 0;
  bool reserved_ = false;
};

}  // namespace strata::core
