// Memory that is overwritten before it is freed, so that what stood in it cannot
// be read from whoever gets it next.
//
//   strata::secret pages;
//   std::pmr::unsynchronized_pool_resource small(&pages);
//   strata::wiping keys(small);                    // many small keys on few locked pages
//
// strata::secret wipes whole pages of its own; this is for blocks over any upstream.
//
// Ownership: borrows the upstream, which must outlive it. Threads: as the upstream.
// Equality: with itself only. Cost: writing each block once more.
#pragma once

#include <cstddef>
#include <memory_resource>

#include <strata/resource/detail/adaptor.hpp>

namespace strata {

/// Effects: makes `bytes` bytes at `memory` zero. The compiler does not know what
///   the call does, so it cannot leave it out, as it may a memset before a free.
void wipe(void* memory, std::size_t bytes) noexcept;

template <class Upstream = std::pmr::memory_resource>
class wiping final : public detail::adaptor<wiping<Upstream>, Upstream> {
 public:
  explicit wiping(Upstream& upstream) noexcept : detail::adaptor<wiping, Upstream>(upstream) {}

 private:
  friend detail::resource_base<wiping>;

  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    return Asking::from(this->upstream(), bytes, alignment);
  }

  void give_back(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    wipe(block, bytes);
    this->upstream().deallocate(block, bytes, alignment);
  }
};

static_assert(resource<wiping<>>);

}  // namespace strata
