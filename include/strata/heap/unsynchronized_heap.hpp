// A heap for one thread at a time: no lock, no atomic operation, by type.
//
//   strata::unsynchronized_heap parse({.name = "parse"});
//   std::pmr::vector<token> tokens(&parse);
//
// Use it for work that one thread does from beginning to end: a request, a
// document, an interpreter. Everything else is as with strata::heap: a name, a
// limit, an account, reset and destruction as a unit, blocks that can be walked.
// Its memory still comes from the regions that all heaps of the process share.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <memory_resource>
#include <type_traits>

#include <strata/account/account.hpp>
#include <strata/heap/heap.hpp>
#include <strata/resource/resource.hpp>

namespace strata {

namespace core {
class unsynchronized_heap;  // opaque
}

/// A heap of its own, without synchronisation. It may pass from one thread to
/// another, but no two member functions may run at the same time, and its blocks
/// are freed through this heap only: free(), another heap, or the destructor of
/// a container with another resource ends the program with a diagnosis.
class unsynchronized_heap final : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t default_alignment = alignof(std::max_align_t);

  /// Effects: creates an empty heap.
  /// Throws: out_of_memory if the system or the parent's limit refuses.
  explicit unsynchronized_heap(const heap_options& options = {});

  /// Effects: destroys the heap and all its blocks, without running destructors
  ///   of the objects in them.
  ~unsynchronized_heap() override;

  unsynchronized_heap(const unsynchronized_heap&) = delete;
  unsynchronized_heap& operator=(const unsynchronized_heap&) = delete;

  /// Returns: a block of at least `bytes` bytes; for no bytes too.
  /// Requires: `alignment` is a power of two.
  /// Throws: out_of_memory, which names the heap's account, if the system or a
  ///   limit refuses. Pressure handlers ran before; they must not use this heap.
  /// Complexity: constant, without a locked instruction or a system call, as long
  ///   as the list of the size class has a block.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment = default_alignment);

  /// Returns: what allocate returns; nullptr where it throws.
  [[nodiscard]] void* try_allocate(std::size_t bytes,
                                   std::size_t alignment = default_alignment) noexcept;

  /// Returns: a block and its usable size, which is at least `bytes`.
  /// Throws: as allocate.
  [[nodiscard]] sized_block allocate_at_least(std::size_t bytes,
                                              std::size_t alignment = default_alignment);

  /// Effects: frees the block; nullptr is ignored.
  /// Requires: the block is live and of this heap, `alignment` is what was asked
  ///   for, and `bytes` lies between what was asked for and the usable size. The
  ///   program ends with a diagnosis when that is found not to hold.
  /// Complexity: constant, without a locked instruction or a system call, in most
  ///   cases.
  void deallocate(void* block, std::size_t bytes,
                  std::size_t alignment = default_alignment) noexcept;

  /// Effects: makes the block at least `bytes` large where it lies, or leaves it
  ///   as it is. Then `bytes` is also a size that deallocate takes.
  /// Returns: whether the block is that large now.
  /// Requires: a live block of this heap.
  [[nodiscard]] bool try_expand(void* block, std::size_t bytes) noexcept;

  /// Returns: how many bytes of the block may be used.
  /// Requires: a live block of this heap.
  [[nodiscard]] std::size_t usable_size(const void* block) const noexcept;

  /// Returns: whether the block lies in this heap; false for nullptr and for
  ///   memory that strata does not know.
  [[nodiscard]] bool owns(const void* block) const noexcept;

  /// Effects: frees every block at once, without running destructors. The heap
  ///   keeps its account and may keep memory for the blocks to come.
  /// Complexity: linear in slabs and large blocks, not in blocks.
  void reset() noexcept;

  /// Effects: calls `visitor(void* block, std::size_t usable_bytes)` for each live
  ///   block, in no particular order, until one returns false. A visitor that
  ///   returns nothing sees them all. It must not allocate from or free to this heap.
  /// Returns: whether every block was visited.
  template <class Visitor>
  bool walk(Visitor&& visitor) const;

  /// Returns: whether all of the heap's structures agree with each other.
  /// Complexity: linear in what the heap holds.
  [[nodiscard]] bool verify() const noexcept;

  /// Effects: gives all free memory of the heap back.
  /// Returns: how many bytes that was.
  std::size_t purge() noexcept;

  /// Complexity: linear in the heap's slabs.
  [[nodiscard]] heap_statistics statistics() const noexcept;

  /// Returns: the account that is charged for what the heap holds.
  [[nodiscard]] strata::account account() const noexcept;

 private:
  using block_visitor = bool(void* context, void* block, std::size_t usable_bytes) noexcept;

  bool walk_blocks(block_visitor* visit, void* context) const noexcept;

  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;

  core::unsynchronized_heap* core_;
};

template <class Visitor>
bool unsynchronized_heap::walk(Visitor&& visitor) const {
  using target = std::remove_reference_t<Visitor>;
  constexpr auto visit = [](void* context, void* block, std::size_t usable_bytes) noexcept {
    target& call = *static_cast<target*>(context);
    if constexpr (std::is_void_v<std::invoke_result_t<target&, void*, std::size_t>>) {
      std::invoke(call, block, usable_bytes);
      return true;
    } else {
      return static_cast<bool>(std::invoke(call, block, usable_bytes));
    }
  };
  return walk_blocks(visit,
                     const_cast<void*>(static_cast<const volatile void*>(std::addressof(visitor))));
}

}  // namespace strata
