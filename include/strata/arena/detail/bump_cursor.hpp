// The pointer that moves through one range: all that happens for each block.
// What the policy leaves out it neither does nor holds.
//
//     begin_             top_              peak_           end_
//     |  block |  block   |   used before    |  never used   |
//
// Invariants: begin_ <= top_ <= end_, all multiples of the policy's alignment;
// nothing from max(peak_, top_) on was ever given out; dead_ is at most what below
// top_ is no live block, and exactly that until a rewind.
//
//   take -- room --> block                              hot
//     \---- zero bytes, no room --> nullptr             cold
//   give -- not the last --> done                       hot
//     |---- the last one, or nothing lives --> lower
//     \---- cannot be a live block --> diagnosis        cold
//
// That nothing lives any more shows without counting blocks: the dead bytes are as many
// as the used ones. So deallocation counts, and allocation has nothing to do. What ends
// above the top was not given out since the top was lowered, and more dead bytes than
// used ones cannot be: both show in comparisons that are made anyway.
//
// Not for programs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <strata/arena/detail/bump_lines.hpp>
#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/detail/poison.hpp>

namespace strata::detail {

template <class Policy>
class bump_cursor {
 public:
  /// What the top is always a multiple of.
  static constexpr std::size_t step =
      Policy::canaries ? std::max(Policy::alignment, bump_lines::alignment) : Policy::alignment;

  /// Where a cursor stood, to come back to.
  struct place {
    std::byte* top;
    std::size_t dead;
  };

  /// Effects: takes over the range; `fresh` says that all of it is zero.
  void open(std::byte* begin, std::byte* end, bool fresh) noexcept {
    const std::size_t bytes = static_cast<std::size_t>(end - begin);
    const std::size_t lost = std::min(gap(begin, step), bytes);
    begin_ = top_ = peak_ = begin + lost;
    end_ = begin_ + ((bytes - lost) & ~mask);
    if constexpr (Policy::zeroing) dirty_end_ = fresh ? begin_ : end_;
    poison(begin_, capacity());
  }

  /// Effects: makes the range anybody's again.
  void close() noexcept { unpoison(begin_, capacity()); }

  /// Returns: a block; nullptr when there is no room, or `bytes` is 0.
  /// Complexity: constant, and linear in `bytes` where the policy zeroes.
  [[nodiscard]] void* take(std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t room = remaining();
    if constexpr (front != 0) {
      if (bytes > room) [[unlikely]] {
        return nullptr;  // else the sums below may wrap
      }
    }
    const std::size_t before =
        front != 0 || alignment > step ? front + gap(top_ + front, std::max(alignment, step)) : 0;
    const std::size_t last = last_byte(bytes);
    if (before > room || last >= room - before) [[unlikely]] {
      return nullptr;
    }
    std::byte* const block = top_ + before;
    if (block == nullptr) __builtin_unreachable();  // spares the caller's test of a block
    if (front == 0 && alignment > step) dead_ += before;
    top_ = block + last + 1;
    unpoison(block, bytes);
    if constexpr (Policy::zeroing) zero(block, bytes);
    return block;
  }

  /// Effects: ends a block, and lowers the top when it was the last one or none
  ///   is left. Ends the program with a diagnosis, of the range called `name()`,
  ///   when that cannot have been a live block.
  template <class Name>
  void give(void* block, std::size_t bytes, Name name) noexcept {
    std::byte* const begin = static_cast<std::byte*>(block);
    const std::size_t taken = last_byte(std::max<std::size_t>(bytes, 1)) + 1;
    const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(begin) + taken;
    const auto top = reinterpret_cast<std::uintptr_t>(top_);
    const bool known_dead = step >= poison_granule && poisoned(begin);
    if (end > top || begin < begin_ || known_dead) [[unlikely]] {
      report_no_block_of_region(name(), block);
    }
    poison(begin, taken);
    if (end == top) {
      lower(begin);
    } else {
      dead_ += taken;
    }
    if (dead_ < used()) return;
    if (dead_ > used()) [[unlikely]] {
      report_more_freed_than_given(name(), block, bytes, used() + taken - dead_);
    }
    reset();
  }

  /// Effects: ends what lies from `to` on.
  /// Requires: begin() <= to <= top().
  void lower(std::byte* to) noexcept {
    poison(to, static_cast<std::size_t>(top_ - to));
    peak_ = std::max(peak_, top_);
    if constexpr (Policy::zeroing) dirty_end_ = std::max(dirty_end_, top_);
    top_ = to;
  }

  void reset() noexcept {
    lower(begin_);
    dead_ = 0;
  }

  [[nodiscard]] place here() const noexcept { return {top_, dead_}; }
  [[nodiscard]] bool contains(const place& at) const noexcept {
    return at.top >= begin_ && at.top <= end_;
  }

  /// Effects: ends what was taken since. Blocks of before that ended meanwhile go on
  ///   to count as live, so that the range is not empty too soon.
  void rewind(const place& to) noexcept {
    if (to.top >= top_) return;
    lower(to.top);
    dead_ = to.dead;
  }

  /// Returns: how many bytes a block of `bytes` can have at no further cost.
  [[nodiscard]] static constexpr std::size_t usable(std::size_t bytes) noexcept {
    const std::size_t taken = last_byte(std::max<std::size_t>(bytes, 1)) + 1;
    return back != 0 || taken == 0 ? bytes : taken;
  }

  [[nodiscard]] bool owns(const void* block) const noexcept {
    return block >= begin_ && block < top_;
  }
  [[nodiscard]] std::byte* begin() const noexcept { return begin_; }
  [[nodiscard]] std::byte* top() const noexcept { return top_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return distance(begin_, end_); }
  [[nodiscard]] std::size_t used() const noexcept { return distance(begin_, top_); }
  [[nodiscard]] std::size_t remaining() const noexcept { return distance(top_, end_); }
  [[nodiscard]] std::size_t peak() const noexcept {
    return distance(begin_, std::max(peak_, top_));
  }

 private:
  static constexpr std::size_t mask = step - 1;
  static constexpr std::size_t front = Policy::canaries ? bump_lines::line_bytes : 0;
  static constexpr std::size_t back = front;

  struct nothing {};
  using dirty_end = std::conditional_t<Policy::zeroing, std::byte*, nothing>;

  [[nodiscard]] static std::size_t distance(const std::byte* from, const std::byte* to) noexcept {
    return static_cast<std::size_t>(to - from);
  }

  /// Returns: the bytes from `place` up to the next multiple of `alignment`.
  [[nodiscard]] static std::size_t gap(const std::byte* place, std::size_t alignment) noexcept {
    return (0 - reinterpret_cast<std::uintptr_t>(place)) & (alignment - 1);
  }

  /// Returns: the offset of the last byte that a block takes. For no bytes that is
  ///   SIZE_MAX, for too many it stays large: one comparison refuses both.
  [[nodiscard]] static constexpr std::size_t last_byte(std::size_t bytes) noexcept {
    if constexpr (Policy::minimum_bytes > 1) bytes = std::max(bytes, Policy::minimum_bytes);
    return (bytes + back - 1) | mask;
  }

  /// Only what was given out before can be other than zero in a fresh range.
  void zero(std::byte* block, std::size_t bytes) const noexcept {
    if (block >= dirty_end_) return;
    std::memset(block, 0, std::min(bytes, distance(block, dirty_end_)));
  }

  std::byte* top_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t dead_ = 0;
  std::byte* begin_ = nullptr;
  std::byte* peak_ = nullptr;
  [[no_unique_address]] dirty_end dirty_end_{};
};

}  // namespace strata::detail
