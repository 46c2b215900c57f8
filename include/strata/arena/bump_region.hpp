// One range of memory with a moving pointer: the cheapest way to allocate, for
// work that ends all at once.
//
//   strata::bump_region<> frame(1 << 20, {.name = "frame"});
//   std::pmr::vector<draw_call> calls(&frame);
//   auto* light = frame.make<point_light>(position);
//   frame.reset();
//
// The range is taken once and never grows; what does not fit is refused. What
// the region does besides is its policy's (strata/arena/bump_policy.hpp).
//
// The map, with all that a policy may add; `used` ends where the pointer stands:
//
//   | low guard | front | head | block | foot | head | block | foot | ... | back | high guard |
//   | pages     | 64    | 64   |       | 64.. |                            | 64   | pages      |
//   |           |       |<--------- used ---------------->|<- remaining ->|      |            |
//   |           |       |<------------------- capacity ------------------>|      |            |
//
//   guard        faults when touched; only around pages of the region's own
//   front, back  cache lines of marks (canaries)
//   head, foot   the same around each block; the foot fills up to the alignment
//
// Without canaries and guards it is | block | block | ... |, nothing between.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <strata/account/account.hpp>
#include <strata/arena/bump_policy.hpp>
#include <strata/arena/detail/bump_cursor.hpp>
#include <strata/arena/detail/bump_lines.hpp>
#include <strata/arena/detail/bump_range.hpp>
#include <strata/arena/range_full.hpp>
#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/detail/make_objects.hpp>
#include <strata/resource/resource.hpp>

namespace strata {

/// Usable by several threads if its policy has a lock; that lock is held by each
/// member function. With canaries, a line that was overwritten ends the program
/// with a diagnosis when its block is deallocated, the region rewound, reset or
/// destroyed, or validate called. Under AddressSanitizer what is not allocated
/// is poisoned.
template <bump_policy Policy = bump_policies::high_performance>
class bump_region final : public std::pmr::memory_resource {
  using cursor = detail::bump_cursor<Policy>;

 public:
  static constexpr std::size_t default_alignment =
      std::max(Policy::alignment, alignof(std::max_align_t));

  /// A place in the region, to rewind to.
  class position {
    friend bump_region;
    explicit position(const typename cursor::place& at) noexcept : at_(at) {}
    typename cursor::place at_;
  };

  /// Effects: takes a range of at least `bytes` bytes: pages of its own, or from
  ///   `options.upstream`.
  /// Throws: out_of_memory if the system or a limit refuses, or a guard; what the
  ///   upstream throws.
  explicit bump_region(std::size_t bytes, const bump_region_options& options = {});

  /// Effects: uses the caller's buffer, and neither guards nor charges it.
  /// Requires: the buffer outlives the region and is used by nobody else.
  explicit bump_region(std::span<std::byte> buffer, std::string_view name = {}) noexcept;

  /// Effects: gives the range back. Destructors of objects in it do not run.
  ~bump_region() override;

  bump_region(const bump_region&) = delete;
  bump_region& operator=(const bump_region&) = delete;

  /// Returns: the next block, aligned to the larger of `alignment` and the policy's.
  /// Requires: `alignment` is a power of two.
  /// Throws: range_full, which names the region, if there is no room.
  /// Complexity: constant; linear in `bytes` if the policy zeroes.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment = default_alignment);

  /// Returns: what allocate returns; nullptr where it throws.
  [[nodiscard]] void* try_allocate(std::size_t bytes,
                                   std::size_t alignment = default_alignment) noexcept;

  /// Returns: as allocate, for vector instructions: `allocate_aligned<32>(bytes)`.
  template <std::size_t Alignment>
  [[nodiscard]] void* allocate_aligned(std::size_t bytes) {
    static_assert(std::has_single_bit(Alignment), "an alignment is a power of two");
    return std::assume_aligned<Alignment>(allocate(bytes, Alignment));
  }

  /// Returns: what allocate_aligned returns; nullptr where it throws.
  template <std::size_t Alignment>
  [[nodiscard]] void* try_allocate_aligned(std::size_t bytes) noexcept {
    static_assert(std::has_single_bit(Alignment), "an alignment is a power of two");
    return try_allocate(bytes, Alignment);
  }

  /// Returns: a block and its usable size: `bytes` rounded up to the policy's
  ///   alignment; with canaries, `bytes`.
  /// Throws: as allocate.
  [[nodiscard]] sized_block allocate_at_least(std::size_t bytes,
                                              std::size_t alignment = default_alignment) {
    const std::size_t usable = cursor::usable(bytes);
    return {allocate(usable, alignment), usable};
  }

  /// Returns: a new object. reset, rewind and the end of the region do not run
  ///   its destructor; destroy does.
  /// Throws: as allocate; what the constructor throws, and then nothing was taken.
  template <class T, class... Args>
  [[nodiscard]] T* make(Args&&... args) {
    return detail::make_object<T>(*this, std::forward<Args>(args)...);
  }

  /// Returns: `count` new objects, value-initialised.
  /// Throws: as make.
  template <class T>
  [[nodiscard]] std::span<T> make_array(std::size_t count) {
    return detail::make_objects<T>(*this, count);
  }

  /// Effects: destroys what make or make_array made, and deallocates its block.
  template <class T>
  void destroy(T* object) noexcept {
    if (object != nullptr) detail::destroy_objects(*this, std::span<T>(object, 1));
  }
  template <class T>
  void destroy(std::span<T> objects) noexcept {
    detail::destroy_objects(*this, objects);
  }

  /// Effects: ends a block; nullptr is ignored. Its bytes can be used again at once
  ///   when it is the last one; otherwise when no block is left, or with the next
  ///   rewind or reset.
  /// Requires: a live block of this region, with the size that was asked for or
  ///   given. The program ends with a diagnosis when it is not: with canaries
  ///   always, under AddressSanitizer where the block is dead (and the policy's
  ///   alignment at least 8), else where it ends above the pointer or begins below
  ///   the range, or more bytes are given back than were given out.
  /// Complexity: constant; with canaries, linear in dead blocks at the end.
  void deallocate(void* block, std::size_t bytes,
                  std::size_t alignment = default_alignment) noexcept;

  /// Returns: the place where the next block will be.
  [[nodiscard]] position mark() const noexcept;

  /// Effects: ends every block since `to`, without running destructors.
  /// Requires: `to` is of this region, and since then the region was neither reset
  ///   nor rewound to an earlier place. Where blocks from before `to` were
  ///   deallocated meanwhile, some of their bytes may come back only with reset.
  /// Complexity: constant; with canaries, linear in the blocks that end.
  void rewind(const position& to) noexcept;

  /// Effects: ends every block, without running destructors.
  /// Complexity: constant; with canaries, linear in blocks.
  void reset() noexcept;

  /// Effects: looks at every canary. Nothing to do where the policy has none.
  /// Complexity: linear in blocks.
  void validate() const noexcept;

  /// Returns: whether `block` lies in what is used. Any pointer may be asked about.
  [[nodiscard]] bool owns(const void* block) const noexcept;

  /// Returns: how many bytes there are for blocks and, with canaries, their lines.
  [[nodiscard]] std::size_t capacity() const noexcept { return cursor_.capacity(); }
  /// Returns: the bytes from the first block to the pointer. capacity() is the sum
  ///   of used() and remaining().
  [[nodiscard]] std::size_t used() const noexcept;
  [[nodiscard]] std::size_t remaining() const noexcept;
  /// Returns: the highest used() so far.
  [[nodiscard]] std::size_t peak() const noexcept;

  /// Returns: the name it was given, or "bump region".
  [[nodiscard]] std::string_view name() const noexcept { return range_.name(); }
  /// Returns: the account that is charged for the range; nothing when none is.
  [[nodiscard]] std::optional<strata::account> account() const { return range_.account(); }

 private:
  using lock_guard = std::lock_guard<typename Policy::lock>;
  struct no_lines {};
  using lines = std::conditional_t<Policy::canaries, detail::bump_lines, no_lines>;

  void open() noexcept;
  [[nodiscard]] void* dress(void* block, std::size_t bytes) noexcept;
  [[gnu::cold, gnu::noinline]] void* allocate_slow(std::size_t bytes, std::size_t alignment);
  [[gnu::cold, gnu::noinline]] void* try_allocate_slow(std::size_t bytes,
                                                       std::size_t alignment) noexcept;

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    return allocate(bytes, alignment);
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    deallocate(block, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  cursor cursor_;
  [[no_unique_address]] lines lines_;
  [[no_unique_address]] mutable typename Policy::lock lock_;
  detail::bump_range range_;
};

template <bump_policy Policy>
bump_region<Policy>::bump_region(std::size_t bytes, const bump_region_options& options)
    : range_(bytes, {cursor::step, Policy::guard_pages}, options) {
  open();
}

template <bump_policy Policy>
bump_region<Policy>::bump_region(std::span<std::byte> buffer, std::string_view name) noexcept
    : range_(buffer, name) {
  open();
}

template <bump_policy Policy>
bump_region<Policy>::~bump_region() {
  validate();
  detail::unpoison(range_.begin(), static_cast<std::size_t>(range_.end() - range_.begin()));
}

// With canaries the blocks lie between the lines at the ends.
template <bump_policy Policy>
void bump_region<Policy>::open() noexcept {
  if constexpr (Policy::canaries) {
    const detail::bump_lines::ends ends =
        lines_.open(range_.begin(), range_.end(), cursor::step, range_.name());
    cursor_.open(ends.begin, ends.end, range_.fresh());
  } else {
    cursor_.open(range_.begin(), range_.end(), range_.fresh());
  }
}

template <bump_policy Policy>
void* bump_region<Policy>::dress(void* block, [[maybe_unused]] std::size_t bytes) noexcept {
  if constexpr (Policy::canaries) {
    lines_.add(static_cast<std::byte*>(block), bytes, cursor_.top());
  }
  return block;
}

template <bump_policy Policy>
void* bump_region<Policy>::allocate(std::size_t bytes, std::size_t alignment) {
  {
    const lock_guard guard(lock_);
    if (void* block = cursor_.take(bytes, alignment)) [[likely]] {
      return dress(block, bytes);
    }
  }
  return allocate_slow(bytes, alignment);
}

template <bump_policy Policy>
void* bump_region<Policy>::try_allocate(std::size_t bytes, std::size_t alignment) noexcept {
  {
    const lock_guard guard(lock_);
    if (void* block = cursor_.take(bytes, alignment)) [[likely]] {
      return dress(block, bytes);
    }
  }
  return try_allocate_slow(bytes, alignment);
}

template <bump_policy Policy>
void* bump_region<Policy>::allocate_slow(std::size_t bytes, std::size_t alignment) {
  if (void* block = try_allocate_slow(bytes, alignment)) return block;
  detail::refuse(name(), bytes, remaining());
}

template <bump_policy Policy>
void* bump_region<Policy>::try_allocate_slow(std::size_t bytes, std::size_t alignment) noexcept {
  if (bytes != 0) return nullptr;
  const lock_guard guard(lock_);
  void* const block = cursor_.take(1, alignment);
  return block != nullptr ? dress(block, 0) : nullptr;
}

template <bump_policy Policy>
void bump_region<Policy>::deallocate(void* block, std::size_t bytes, std::size_t) noexcept {
  if (block == nullptr) return;
  const lock_guard guard(lock_);
  if constexpr (Policy::canaries) {
    cursor_.lower(lines_.remove(static_cast<std::byte*>(block), bytes));
  } else {
    cursor_.give(block, bytes, [this] { return name(); });
  }
}

template <bump_policy Policy>
typename bump_region<Policy>::position bump_region<Policy>::mark() const noexcept {
  const lock_guard guard(lock_);
  return position(cursor_.here());
}

template <bump_policy Policy>
void bump_region<Policy>::rewind(const position& to) noexcept {
  const lock_guard guard(lock_);
  if (!cursor_.contains(to.at_)) detail::report_foreign_position(name());
  if constexpr (Policy::canaries) lines_.rewind(to.at_.top);
  cursor_.rewind(to.at_);
}

template <bump_policy Policy>
void bump_region<Policy>::reset() noexcept {
  const lock_guard guard(lock_);
  if constexpr (Policy::canaries) lines_.rewind(cursor_.begin());
  cursor_.reset();
}

template <bump_policy Policy>
void bump_region<Policy>::validate() const noexcept {
  const lock_guard guard(lock_);
  if constexpr (Policy::canaries) lines_.check();
}

template <bump_policy Policy>
bool bump_region<Policy>::owns(const void* block) const noexcept {
  const lock_guard guard(lock_);
  return cursor_.owns(block);
}

template <bump_policy Policy>
std::size_t bump_region<Policy>::used() const noexcept {
  const lock_guard guard(lock_);
  return cursor_.used();
}

template <bump_policy Policy>
std::size_t bump_region<Policy>::remaining() const noexcept {
  const lock_guard guard(lock_);
  return cursor_.remaining();
}

template <bump_policy Policy>
std::size_t bump_region<Policy>::peak() const noexcept {
  const lock_guard guard(lock_);
  return cursor_.peak();
}

static_assert(generous_resource<bump_region<bump_policies::high_performance>>);
static_assert(generous_resource<bump_region<bump_policies::safety>>);

}  // namespace strata
