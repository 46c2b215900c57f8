// A resource that several threads may use at once, over one that they may not.
//
//   strata::synchronized shared(arena);                     // a std::mutex
//   strata::synchronized<strata::arena, spin_lock> quick(arena);
//
// Whoever reaches the upstream past it must hold the lock: `exclusively` does.
//
// Ownership: borrows the upstream, which must outlive it. Threads: any. Equality:
// with itself only. Cost: taking and leaving the lock, for each call.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <mutex>
#include <utility>

#include <strata/resource/detail/adaptor.hpp>

namespace strata {

/// `Mutex` has lock() and unlock(). The program ends when lock() throws while a
/// function that must not throw waits for it.
template <class Upstream = std::pmr::memory_resource, class Mutex = std::mutex>
class synchronized final : public detail::adaptor<synchronized<Upstream, Mutex>, Upstream> {
 public:
  explicit synchronized(Upstream& upstream) noexcept
      : detail::adaptor<synchronized, Upstream>(upstream) {}

  /// Returns: whether the block is of the upstream.
  [[nodiscard]] bool owns(const void* block) const noexcept requires owning_resource<Upstream> {
    const std::lock_guard hold(mutex_);
    return this->upstream().owns(block);
  }

  /// Effects: calls `work(upstream)` while no other thread uses the upstream
  ///   through this resource, which `work` must not use.
  /// Returns: what `work` returns.
  template <class Work>
  decltype(auto) exclusively(Work&& work) {
    const std::lock_guard hold(mutex_);
    return std::forward<Work>(work)(this->upstream());
  }

 private:
  friend detail::resource_base<synchronized>;

  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    const std::lock_guard hold(mutex_);
    return Asking::from(this->upstream(), bytes, alignment);
  }

  void give_back(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    const std::lock_guard hold(mutex_);
    this->upstream().deallocate(block, bytes, alignment);
  }

  mutable Mutex mutex_;
};

static_assert(resource<synchronized<>>);

}  // namespace strata
