// The objects of a pool that live outside its slots, by address. Only pools with
// heap_fallback have any, and only when they are exhausted. Not for programs.
#pragma once

#include <cstddef>
#include <functional>
#include <memory_resource>
#include <new>
#include <set>

namespace strata::detail {

template <class T>
class fallback_objects {
 public:
  explicit fallback_objects(std::pmr::memory_resource* from) : from_(from), blocks_(from) {}

  /// Returns: a block for one object; nullptr when refused.
  [[nodiscard]] std::byte* try_take() noexcept {
    try {
      void* const block = from_->allocate(sizeof(T), alignof(T));
      try {
        blocks_.insert(block);
      } catch (...) {
        from_->deallocate(block, sizeof(T), alignof(T));
        throw;
      }
      return static_cast<std::byte*>(block);
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }

  /// Effects: forgets the block, which stays allocated until `free`.
  /// Returns: whether it was one.
  [[nodiscard]] bool remove(const void* block) noexcept {
    return blocks_.erase(const_cast<void*>(block)) != 0;
  }
  void free(void* block) noexcept { from_->deallocate(block, sizeof(T), alignof(T)); }

  [[nodiscard]] bool owns(const void* address) const noexcept {
    auto after = blocks_.upper_bound(const_cast<void*>(address));
    if (after == blocks_.begin()) return false;
    const auto* const begin = static_cast<const std::byte*>(*--after);
    return std::less<const void*>()(address, begin + sizeof(T));
  }

  [[nodiscard]] std::size_t size() const noexcept { return blocks_.size(); }

  /// Effects: calls `visit(std::byte* block)` for each by address. The visitor may
  ///   remove that block.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (auto at = blocks_.begin(); at != blocks_.end();) {
      visit(static_cast<std::byte*>(*at++));
    }
  }

 private:
  std::pmr::memory_resource* from_;
  std::pmr::set<void*, std::less<>> blocks_;
};

}  // namespace strata::detail
