// A heap for one thread at a time: tiers 2 to 5 built without a lock and without
// an atomic operation, on the regions and accounts that all heaps share.
//
//   allocate ----> list of the class, in the one local heap
//     allocate_slow -> refill -> slab -> segment -> region (shared, so locked)
//                   -> large block
//   deallocate --> one comparison, and whose slab it is -> the slab's own list
//     deallocate_slow -> own block of a closed slab, large block, diagnosis
//
// Its slabs bear a token that no thread has, so free() and other heaps take the
// slow path for its blocks and find there that they may not touch them. All such
// heaps share that token: hence the comparison of owners on the way of a free.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "heap/basic_heap_cold.hpp"
#include "heap/lookup.hpp"
#include "heap/walk.hpp"

namespace strata::core {

template <os::operating_system Os>
class basic_unsynchronized_heap {
 public:
  using config = unsynchronized_config<Os>;
  using heap = basic_heap<config>;
  using local = basic_local_heap<config>;
  using domain = basic_domain<Os>;
  using account_type = basic_account<Os>;

  constexpr explicit basic_unsynchronized_heap(domain& shared) noexcept : heap_(shared) {}
  basic_unsynchronized_heap(const basic_unsynchronized_heap&) = delete;
  basic_unsynchronized_heap& operator=(const basic_unsynchronized_heap&) = delete;

  // Takes over one reference to the account. False: the system refuses.
  bool start(account_type& charged, const retention& policy) noexcept {
    heap_.start(charged, policy);
    local_ = heap_.bind(config::token(), nullptr);
    return local_ != nullptr;
  }

  // All blocks die, and everything goes back; the account stays referenced.
  void end() noexcept {
    reset();
    heap_.purge();
    heap_.release_locals(
        [this](local& member) { shared().metadata.recycle(&member, sizeof(local)); });
  }

  // nullptr: refused. Size 0 gets a block.
  [[nodiscard, gnu::always_inline]] void* allocate(std::size_t size) noexcept {
    const std::size_t index = (size + linear_step - 1) / linear_step;
    if (index <= linear_count) [[likely]] {
      block*& list = local_->list(index);
      if (block* found = list) [[likely]] {
        list = found->next;
        found->key = nullptr;
        return found;
      }
    }
    return allocate_slow(size);
  }

  [[nodiscard]] void* allocate_zeroed(std::size_t size) noexcept {
    return allocate_bytes(size, block_alignment, true);
  }
  // `alignment`: a power of two.
  [[nodiscard]] void* allocate_aligned(std::size_t size, std::size_t alignment) noexcept {
    return allocate_bytes(size, std::max(alignment, block_alignment), false);
  }

  // nullptr does nothing; what is not a live block of this heap ends the program.
  [[gnu::always_inline]] void deallocate(void* pointer) noexcept {
    slab& record = shared().slabs.find(pointer);
    block* freed = static_cast<block*>(pointer);
    if (!is_own_block(record, pointer, config::token()) || !is_mine(record) ||
        freed->key == &record) [[unlikely]] {
      return deallocate_slow(pointer);
    }
    push_free(record, freed);
    if (--record.used == 0) [[unlikely]]
      local_->retire_slab(record);
  }

  // In addition, a size above the block's ends the program.
  void deallocate_sized(void* pointer, std::size_t size) noexcept {
    const slab& record = shared().slabs.find(pointer);
    if (!is_own_block(record, pointer, config::token())) [[unlikely]] {
      return deallocate_slow_sized(pointer, size);
    }
    if (size > class_size(record.size_class)) [[unlikely]] {
      base::report_size_mismatch(pointer, size, class_size(record.size_class));
    }
    deallocate(pointer);
  }

  // Requires a live block and size > 0. nullptr: refused, the block is as it was.
  [[nodiscard]] void* reallocate(void* pointer, std::size_t size) noexcept;

  // In place or not at all. False: unchanged.
  bool try_expand(void* pointer, std::size_t size) noexcept {
    slab& head = find_mine(pointer);
    if (size <= usable_bytes(head)) return true;
    return head.state == slab_state::large && heap_.resize_large_in_place(head, size);
  }

  [[nodiscard]] std::size_t usable_size(const void* pointer) noexcept {
    return usable_bytes(find_mine(pointer));
  }

  // Any pointer is accepted.
  [[nodiscard]] bool owns(const void* pointer) const noexcept {
    return shared().regions.window().contains(pointer) &&
           is_mine(head_of(shared().slabs.find(pointer)));
  }

  void reset() noexcept { heap_.reset(); }

  // Everything that is free goes back to the OS; bytes that went.
  std::size_t purge() noexcept {
    heap_.settle();
    return heap_.purge();
  }

  bool walk(block_visitor visit, void* context) noexcept {
    return core::walk(heap_, visit, context);
  }

  [[nodiscard]] bool invariant() noexcept { return heap_.invariant(); }
  [[nodiscard]] account_type& account() const noexcept { return heap_.account(); }
  [[nodiscard]] heap& tiers() noexcept { return heap_; }  // for figures

 private:
  [[nodiscard]] domain& shared() const noexcept { return heap_.shared(); }

  // The local heap owns slabs, the heap owns large blocks.
  [[nodiscard]] bool is_mine(const slab& head) const noexcept {
    const owner* holder = base::racy_load(head.owner);
    return holder == local_ || holder == &heap_;
  }

  // The head record of a live block of this heap; any other pointer ends the program.
  [[nodiscard]] slab& find_mine(const void* pointer) const noexcept {
    slab& head = find_block(shared(), pointer);
    if (!is_mine(head)) base::report_wrong_heap(pointer, account().name());
    return head;
  }

  [[gnu::cold, gnu::noinline]] void* allocate_slow(std::size_t size) noexcept {
    return allocate_bytes(size, block_alignment, false);
  }
  [[nodiscard]] void* allocate_bytes(std::size_t size, std::size_t alignment, bool zeroed) noexcept;
  [[nodiscard]] typename local::allocation allocate_class(std::size_t index,
                                                          std::size_t size) noexcept;
  [[gnu::cold, gnu::noinline]] void deallocate_slow(void* pointer) noexcept;
  [[gnu::cold, gnu::noinline]] void deallocate_slow_sized(void* pointer, std::size_t size) noexcept;

  heap heap_;
  local* local_ = nullptr;
};

// -- Cold ---------------------------------------------------------------------------

template <os::operating_system Os>
void* basic_unsynchronized_heap<Os>::allocate_bytes(std::size_t size, std::size_t alignment,
                                                    bool zeroed) noexcept {
  if (size > base::size_max || alignment > base::size_max / 2) [[unlikely]]
    return nullptr;
  const std::size_t least = size == 0 ? 1 : size;
  const std::size_t rounded = base::align_up(least, alignment);
  void* made;
  bool zero;
  if (rounded <= medium_max && alignment <= granule_bytes) {
    const auto found = allocate_class(class_of(rounded), size);
    if (found.memory == nullptr) return nullptr;
    made = found.cleared();
    zero = found.zero;
  } else {
    const auto found = heap_.allocate_large(least, alignment);
    made = found.memory;
    zero = found.zero;
  }
  if (zeroed && !zero && made != nullptr) std::memset(made, 0, size);
  return made;
}

template <os::operating_system Os>
auto basic_unsynchronized_heap<Os>::allocate_class(std::size_t index, std::size_t size) noexcept ->
    typename local::allocation {
  block*& list = local_->list(index);
  block* found = list;
  if (found == nullptr) return local_->refill(index, size);
  list = found->next;
  return {found, false};
}

template <os::operating_system Os>
void basic_unsynchronized_heap<Os>::deallocate_slow(void* pointer) noexcept {
  if (pointer == nullptr) return;
  slab& head = find_mine(pointer);
  if (head.state == slab_state::large) return heap_.free_large(head);
  block* freed = static_cast<block*>(pointer);
  if (freed->key == &head && local_->is_free(head, freed)) {
    base::report_double_free(pointer, class_size(head.size_class));
  }
  local_->free_own(head, freed);
}

template <os::operating_system Os>
void basic_unsynchronized_heap<Os>::deallocate_slow_sized(void* pointer,
                                                          std::size_t size) noexcept {
  if (pointer == nullptr) return;
  const std::size_t usable = usable_bytes(find_mine(pointer));
  if (size > usable) base::report_size_mismatch(pointer, size, usable);
  deallocate_slow(pointer);
}

template <os::operating_system Os>
void* basic_unsynchronized_heap<Os>::reallocate(void* pointer, std::size_t size) noexcept {
  slab& head = find_mine(pointer);
  if (size > base::size_max) return nullptr;
  const bool large = head.state == slab_state::large;
  const std::size_t before = usable_bytes(head);
  if (!large && size <= before) {
    return_tail<Os>(head, pointer, size);
    return pointer;
  }
  if (large && heap_.resize_large_in_place(head, size)) return pointer;
  if (large && size > before) {
    if (void* moved = heap_.move_large(head, size)) return moved;
  }
  void* made = allocate(size);
  if (made == nullptr) return nullptr;
  std::memcpy(made, pointer, std::min(before, size));
  deallocate(pointer);
  return made;
}

}  // namespace strata::core
