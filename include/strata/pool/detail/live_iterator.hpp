// Walks the live objects of a pool by address. Not for programs, but by its name
// pool::iterator.
#pragma once

#include <cstddef>
#include <iterator>
#include <new>
#include <type_traits>

namespace strata::detail {

template <class T, class Store>
class live_iterator {
 public:
  using value_type = std::remove_const_t<T>;
  using difference_type = std::ptrdiff_t;
  using reference = T&;
  using pointer = T*;
  using iterator_category = std::forward_iterator_tag;

  live_iterator() = default;
  explicit live_iterator(const Store& store) noexcept : store_(&store) {
    store_->show_live();
    settle(0);
  }

  [[nodiscard]] T& operator*() const noexcept { return *operator->(); }
  [[nodiscard]] T* operator->() const noexcept {
    return std::launder(reinterpret_cast<T*>(store_->block_at(block_).address(slot_)));
  }

  live_iterator& operator++() noexcept {
    settle(slot_ + 1);
    return *this;
  }
  live_iterator operator++(int) noexcept {  // NOLINT(cert-dcl21-cpp): contradicts another rule
    const live_iterator before = *this;
    ++*this;
    return before;
  }

  [[nodiscard]] friend bool operator==(const live_iterator& a, const live_iterator& b) noexcept {
    return a.block_ == b.block_ && a.slot_ == b.slot_;
  }
  [[nodiscard]] friend bool operator==(const live_iterator& a, std::default_sentinel_t) noexcept {
    return a.block_ == a.store_->blocks();
  }

 private:
  // Goes to the first live slot at `from` of this block, or in a later one.
  void settle(std::size_t from) noexcept {
    for (; block_ != store_->blocks(); ++block_) {
      slot_ = store_->block_at(block_).next_live(from);
      if (slot_ != store_->block_at(block_).capacity()) return;
      from = 0;
    }
    slot_ = 0;
  }

  const Store* store_ = nullptr;
  std::size_t block_ = 0;
  std::size_t slot_ = 0;
};

}  // namespace strata::detail
