// The cold side that every prototype shares: which slab of a class serves next.
//
//   acquire --> active --left with free blocks----> partial (FIFO) --> active
//                  |                                  ^    |
//                  +--left without--> full --woken----+    +--empty--> retired
//
// A free only counts `awaited` down; the state machine runs when that reaches
// zero. A full slab is woken by its `wake_count`-th free, not by its first: a
// slab with one free block would serve one allocation and fall asleep again.
//
// `Store` says how a slab keeps its free blocks (a list, or bits):
//   has_free(slab), extend(slab) -> number of blocks made
#pragma once

#include "local_heap/slab.hpp"
#include "local_heap/slab_space.hpp"

namespace strata::bench {

template <class Store, class Records>
class slab_queue {
 public:
  // The active slab while it has free blocks, else the next that has.
  slab_record& current(std::size_t size_class) noexcept {
    if (active_ != nullptr && Store::has_free(*active_)) return *active_;
    return advance(size_class);
  }

  // Leaves the active slab. The result has free blocks and is active.
  slab_record& advance(std::size_t size_class) noexcept {
    if (active_ != nullptr) leave(*active_);
    active_ = partial_.pop_front();
    if (active_ == nullptr) active_ = &extended(size_class);
    active_->state = slab_state::active;
    return *active_;
  }

  // `slab` counted its awaited frees down to zero.
  [[gnu::cold, gnu::noinline]] void countdown_ended(slab_record& slab) noexcept {
    if (slab.state == slab_state::full) {
      slab.awaited = slab.touched - wake_count(slab);
      slab.state = slab_state::partial;
      partial_.push_back(slab);
    }
    const bool is_empty = slab.state == slab_state::partial && slab.awaited == 0;
    if (is_empty && partial_.next(*partial_.front()) != nullptr) retire(slab);
  }

 private:
  using slab_list = base::list<slab_record, &slab_record::links>;

  static std::uint32_t wake_count(const slab_record& slab) noexcept {
    return slab.touched < 8 ? 1 : slab.touched / 8u;
  }

  void leave(slab_record& slab) noexcept {
    if (Store::has_free(slab)) {
      slab.state = slab_state::partial;
      partial_.push_back(slab);
    } else {
      slab.state = slab_state::full;
      slab.awaited = wake_count(slab);
    }
  }

  // No slab waits: a further 4 KiB of the growing slab, or a new slab.
  slab_record& extended(std::size_t size_class) noexcept {
    if (growing_ == nullptr || growing_->touched == growing_->capacity) {
      growing_ = &slab_space::instance().acquire<Records>(size_class);
    } else {
      const std::uint32_t freed_asleep = wake_count(*growing_) - growing_->awaited;
      growing_->awaited = growing_->touched - freed_asleep;
    }
    Store::extend(*growing_);
    return *growing_;
  }

  void retire(slab_record& slab) noexcept {
    partial_.remove(slab);
    if (growing_ == &slab) growing_ = nullptr;
    slab_space::instance().retire<Records>(slab);
  }

  slab_record* active_ = nullptr;
  slab_record* growing_ = nullptr;
  slab_list partial_;
};

// How many blocks a slab has once it reaches to the end of the next 4 KiB in
// which a block ends: always more than it has now, if there is room for more.
[[nodiscard]] inline std::size_t touched_after_extension(const slab_record& slab) noexcept {
  const std::size_t size = slab.block_size;
  const std::size_t blocks = base::align_up((slab.touched + 1) * size, extension_bytes) / size;
  return blocks < slab.capacity ? blocks : slab.capacity;
}

}  // namespace strata::bench
