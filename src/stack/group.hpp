// A group of stacks: one reservation, committed as a whole, so that it is one mapping
// where guards need none of their own.
//
// A stack of a group is fresh (never used: above `used_`), cold (used, its pages
// given back) or warm (it has pages, and is charged to the pool's account). Its
// guards are installed when it is first used, from the lowest up:
//
//   | guard | warm | guard | cold | guard | warm | guard | fresh | fresh | fresh |
//                                                ^ the last one installed
//
// A group knows nothing of who uses its warm stacks.
#pragma once

#include <strata/arena/detail/guarded_range.hpp>
#include <strata/base/detail/poison.hpp>

#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "os/os.hpp"
#include "stack/layout.hpp"
#include "stack/marks.hpp"

namespace strata::core {

template <class Os>
class basic_stack_group {
 public:
  // nullptr: refused.
  [[nodiscard]] static std::unique_ptr<basic_stack_group> make(const stack_layout& layout,
                                                               std::size_t stacks) noexcept {
    try {
      std::unique_ptr<basic_stack_group> group(new basic_stack_group(layout, stacks));
      return group->reserve() ? std::move(group) : nullptr;
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }

  ~basic_stack_group() {
    if (begin_ == nullptr) return;
    detail::unpoison(begin_, bytes());  // others will use these addresses
    Os::release(begin_, bytes());
  }

  basic_stack_group(const basic_stack_group&) = delete;
  basic_stack_group& operator=(const basic_stack_group&) = delete;

  [[nodiscard]] std::byte* begin() const noexcept { return begin_; }
  [[nodiscard]] std::byte* end() const noexcept { return begin_ + bytes(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return layout_.group_bytes(stacks_); }
  [[nodiscard]] std::size_t stacks() const noexcept { return stacks_; }
  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  [[nodiscard]] std::size_t warm() const noexcept { return used_ - cold_.size(); }
  [[nodiscard]] bool has_room() const noexcept { return warm() < stacks_; }
  [[nodiscard]] std::size_t split_guards() const noexcept { return split_guards_; }

  [[nodiscard]] std::byte* low(std::size_t index) const noexcept {
    return begin_ + layout_.guard_bytes + index * layout_.stride();
  }
  [[nodiscard]] std::byte* high(std::size_t index) const noexcept {
    return low(index) + layout_.stack_bytes;
  }
  [[nodiscard]] void* top(std::size_t index) const noexcept {
    return high(index) - layout_.above_top(index);
  }

  // The stack at or above whose low guard the address lies, within the group: the
  // number of stacks for the last guard.
  [[nodiscard]] std::size_t index_of(const void* address) const noexcept {
    return base::distance(begin_, address) / layout_.stride();
  }

  // Makes a stack warm and writes its size. nullptr: refused.
  [[nodiscard]] void* open() noexcept {
    const std::size_t index = cold_.empty() ? used_ : cold_.back();
    if (!cold_.empty()) {
      cold_.pop_back();
    } else {
      if (!install_guard(index + 1)) return nullptr;
      ++used_;
    }
    if (layout_.prefault_bytes != 0) {
      Os::populate(high(index) - layout_.prefault_bytes, layout_.prefault_bytes);
    }
    detail::header_at(top(index)).size = layout_.usable_bytes(index);
    return top(index);
  }

  // Makes a warm stack cold. False: the system keeps its pages.
  [[nodiscard]] bool close(std::size_t index) noexcept {
    if (!Os::decommit(low(index), layout_.stack_bytes, os::decommit_mode::immediate)) return false;
    cold_.push_back(static_cast<std::uint16_t>(index));
    return true;
  }

  // Gives back what lies deeper than `keep`, less than a stack, in a warm stack.
  void shorten(std::size_t index, std::size_t keep) noexcept {
    Os::decommit(low(index), layout_.stack_bytes - keep, os::decommit_mode::immediate);
  }

 private:
  basic_stack_group(const stack_layout& layout, std::size_t stacks)
      : layout_(layout), stacks_(stacks) {
    cold_.reserve(stacks);  // so that giving back needs no memory
  }

  // Huge pages would make a stack that touched a page hold two megabytes.
  [[nodiscard]] bool reserve() noexcept {
    void* const range = Os::reserve(bytes(), Os::page_size(), os::initial_access::none);
    if (range == nullptr) return false;
    begin_ = static_cast<std::byte*>(range);
    Os::advise_huge(begin_, bytes(), false);
    Os::name_range(begin_, bytes(), "strata: stacks");
    return Os::commit(begin_, bytes()) && install_guard(0);
  }

  // The guard below stack `index`, above the last one for the number of stacks.
  [[nodiscard]] bool install_guard(std::size_t index) noexcept {
    if (layout_.guard_bytes == 0) return true;
    std::byte* const guard = low(index) - layout_.guard_bytes;
    const os::guard_kind kind = Os::install_guard(guard, layout_.guard_bytes);
    if (kind == os::guard_kind::protected_) ++split_guards_;
    return kind != os::guard_kind::none;
  }

  const stack_layout& layout_;
  std::size_t stacks_;
  std::byte* begin_ = nullptr;
  std::size_t used_ = 0;
  std::size_t split_guards_ = 0;  // that split the mapping
  std::vector<std::uint16_t> cold_;
};

}  // namespace strata::core
