// First-class heaps: each named, limited, usable from every thread, walkable,
// and destroyable as a unit.
//
//   strata::heap documents({.name = "documents", .limit = 256 << 20});
//   std::pmr::vector<std::pmr::string> lines(&documents);
//   void* page = documents.try_allocate(4096, 4096);  // nullptr when refused
//   documents.reset();                                // every block dies at once
//
// A heap is a std::pmr::memory_resource. Called through strata::heap itself,
// allocate and deallocate cost no virtual call. All sizes are bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <type_traits>

#include <strata/account/account.hpp>
#include <strata/resource/resource.hpp>

namespace strata {

namespace core {
class heap;  // opaque
}

/// What a new heap is made from; every member may be left out.
struct heap_options {
  std::string_view name;            ///< of its account; copied
  std::size_t limit = SIZE_MAX;     ///< of what the heap holds; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
};

/// What a heap holds at one moment. The parts add up:
///   held = live + free_in_slabs + free_in_caches + retained + metadata
struct heap_statistics {
  std::size_t held;            ///< taken from the operating system or another heap
  std::size_t held_peak;       ///< the most so far
  std::size_t live;            ///< blocks in the program's hands, large ones included
  std::size_t large_live;      ///< the large blocks among them
  std::size_t free_in_slabs;   ///< free blocks on pages that were touched
  std::size_t free_in_caches;  ///< free blocks ready for a thread, and freed large blocks
  std::size_t retained;        ///< empty slabs whose pages were not yet given back
  std::size_t metadata;        ///< the heap's own bookkeeping
};

/// A heap of its own. Any thread may allocate from it, and any thread may free
/// its blocks, also with plain free(). Unless stated otherwise, member functions
/// may be called by several threads at once.
class heap final : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t default_alignment = alignof(std::max_align_t);

  /// Effects: creates an empty heap.
  /// Throws: out_of_memory if the system or the parent's limit refuses.
  explicit heap(const heap_options& options = {});

  /// Effects: destroys the heap and all its blocks, without running destructors
  ///   of the objects in them.
  /// Requires: no other thread uses the heap or its blocks.
  ~heap() override;

  heap(const heap&) = delete;
  heap& operator=(const heap&) = delete;

  /// Returns: a block of at least `bytes` bytes; for no bytes too.
  /// Requires: `alignment` is a power of two.
  /// Throws: out_of_memory, which names the heap's account, if the system or a
  ///   limit refuses. Pressure handlers ran before.
  /// Complexity: constant, without locks or system calls, as long as the
  ///   thread's list of the size class has a block.
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
  /// Complexity: constant, without locks or system calls in most cases.
  void deallocate(void* block, std::size_t bytes,
                  std::size_t alignment = default_alignment) noexcept;

  /// Effects: makes the block at least `bytes` large where it lies, or leaves it
  ///   as it is. Then `bytes` is also a size that deallocate takes.
  /// Returns: whether the block is that large now.
  /// Requires: a live block of this heap.
  [[nodiscard]] bool try_expand(void* block, std::size_t bytes) noexcept;

  /// Returns: how many bytes of the block may be used; constant for its life,
  ///   unless it is expanded.
  /// Requires: a live block of this heap.
  [[nodiscard]] std::size_t usable_size(const void* block) const noexcept;

  /// Returns: whether the block lies in this heap; false for nullptr and for
  ///   memory that strata does not know.
  [[nodiscard]] bool owns(const void* block) const noexcept;

  /// Effects: frees every block at once, without running destructors. The heap
  ///   keeps its account and may keep memory for the blocks to come.
  /// Requires: no other thread uses the heap or its blocks. Not for the process
  ///   heap: that ends the program.
  /// Complexity: linear in slabs and large blocks, not in blocks.
  void reset() noexcept;

  /// Effects: calls `visitor(void* block, std::size_t usable_bytes)` for each live
  ///   block, in no particular order, until one returns false. A visitor that
  ///   returns nothing sees them all. It must not allocate from or free to this heap.
  /// Requires: no other thread uses the heap.
  /// Returns: whether every block was visited.
  template <class Visitor>
  bool walk(Visitor&& visitor) const;

  /// Returns: whether all of the heap's structures agree with each other.
  /// Requires: no other thread uses the heap.
  /// Complexity: linear in what the heap holds.
  [[nodiscard]] bool verify() const noexcept;

  /// Effects: gives all free memory of the heap back.
  /// Returns: how many bytes that was.
  std::size_t purge() noexcept;

  /// Complexity: linear in the heap's slabs. Parts are read one after the other
  ///   while other threads go on.
  [[nodiscard]] heap_statistics statistics() const noexcept;

  /// Returns: the account that is charged for what the heap holds.
  [[nodiscard]] strata::account account() const noexcept;

 private:
  friend heap& process_heap() noexcept;
  friend class malloc_scope;

  using block_visitor = bool(void* context, void* block, std::size_t usable_bytes) noexcept;

  explicit heap(core::heap& existing) noexcept : core_(&existing) {}

  bool walk_blocks(block_visitor* visit, void* context) const noexcept;

  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;

  core::heap* core_;
};

/// Returns: the heap that lives as long as the process, and which malloc uses
///   where strata replaces it. It cannot be destroyed or reset.
[[nodiscard]] heap& process_heap() noexcept;

/// Gives memory back that no heap has needed for a while: for programs that have
/// idle moments and want no background thread (STRATA_PURGE_THREAD). Without it,
/// what a heap retains within its budget stays until the heap is used again.
///
/// Effects: ends the retention period of every heap whose period is over.
/// Returns: the bytes that went back to the operating system.
/// Complexity: constant per heap when there is nothing to give.
/// Thread safety: may be called from any thread at any time.
std::size_t pump() noexcept;

template <class Visitor>
bool heap::walk(Visitor&& visitor) const {
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
