// A resource that serves small requests from one resource and large ones from
// another.
//
//   strata::segregator by_size(pool, heap, 256);   // at most 256 bytes: the pool
//
// Several thresholds are segregators over segregators.
//
// Ownership: borrows both, which must outlive it. Threads: as both of them.
// Equality: with itself only. Cost: a comparison.
#pragma once

#include <cstddef>
#include <memory_resource>

#include <strata/resource/detail/adaptor.hpp>

namespace strata {

template <class Small = std::pmr::memory_resource, class Large = std::pmr::memory_resource>
class segregator final : public detail::resource_base<segregator<Small, Large>> {
 public:
  /// Effects: requests of up to `threshold` bytes go to `small`, others to `large`.
  segregator(Small& small, Large& large, std::size_t threshold) noexcept
      : small_(&small), large_(&large), threshold_(threshold) {}
  segregator(const segregator&) = delete;
  segregator& operator=(const segregator&) = delete;

  [[nodiscard]] Small& small() const noexcept { return *small_; }
  [[nodiscard]] Large& large() const noexcept { return *large_; }
  [[nodiscard]] std::size_t threshold() const noexcept { return threshold_; }

  /// Returns: whether the block is of either.
  [[nodiscard]] bool owns(const void* block) const noexcept requires owning_resource<Small> &&
      owning_resource<Large> {
    return small_->owns(block) || large_->owns(block);
  }

 private:
  friend detail::resource_base<segregator>;

  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    if (bytes <= threshold_) return Asking::from(*small_, bytes, alignment);
    return Asking::from(*large_, bytes, alignment);
  }

  void give_back(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    if (bytes <= threshold_) {
      small_->deallocate(block, bytes, alignment);
    } else {
      large_->deallocate(block, bytes, alignment);
    }
  }

  Small* small_;
  Large* large_;
  std::size_t threshold_;
};

static_assert(resource<segregator<>>);

}  // namespace strata
