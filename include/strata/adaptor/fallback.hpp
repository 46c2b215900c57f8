// A resource that takes from a second one what the first one refuses.
//
//   strata::fixed_buffer<4096> near;
//   strata::fallback scratch(near, heap);
//
// The first must know its blocks (strata/resource/owning_resource.hpp): that is how a block
// finds its way back. Of what strata has, heaps and fixed buffers do, and adaptors
// over them.
//
// Ownership: borrows both, which must outlive it. Threads: as both of them.
// Equality: with itself only. Cost: a comparison, and one `owns` for each
// deallocation.
#pragma once

#include <cstddef>
#include <memory_resource>

#include <strata/resource/detail/adaptor.hpp>

namespace strata {

template <owning_resource Primary, class Secondary = std::pmr::memory_resource>
class fallback final : public detail::resource_base<fallback<Primary, Secondary>> {
 public:
  fallback(Primary& primary, Secondary& secondary) noexcept
      : primary_(&primary), secondary_(&secondary) {}
  fallback(const fallback&) = delete;
  fallback& operator=(const fallback&) = delete;

  [[nodiscard]] Primary& primary() const noexcept { return *primary_; }
  [[nodiscard]] Secondary& secondary() const noexcept { return *secondary_; }

  /// Returns: whether the block is of either.
  [[nodiscard]] bool owns(const void* block) const noexcept requires owning_resource<Secondary> {
    return primary_->owns(block) || secondary_->owns(block);
  }

 private:
  friend detail::resource_base<fallback>;

  // What the secondary says is the last word.
  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    void* const block = primary_->try_allocate(bytes, alignment);
    if (block != nullptr) [[likely]]
      return block;
    return Asking::from(*secondary_, bytes, alignment);
  }

  void give_back(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    if (primary_->owns(block)) {
      primary_->deallocate(block, bytes, alignment);
    } else {
      secondary_->deallocate(block, bytes, alignment);
    }
  }

  Primary* primary_;
  Secondary* secondary_;
};

}  // namespace strata
