// A resource over memory that is there already: an array of its own, or the
// caller's. It makes no system call and takes no lock.
//
//   strata::fixed_buffer<4096> scratch;
//   std::pmr::string text("short lived", &scratch);
//
// It is the pointer of a bump region (strata/arena/bump_region.hpp) and nothing else: no
// name, no account, no policy. All sizes are bytes.
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <span>
#include <string_view>
#include <utility>

#include <strata/arena/bump_policy.hpp>
#include <strata/arena/detail/bump_cursor.hpp>
#include <strata/arena/range_full.hpp>
#include <strata/base/detail/make_objects.hpp>
#include <strata/resource/resource.hpp>

namespace strata {

/// With `Bytes` the array is a member; without, the buffer is the caller's and
/// outlives the resource. For one thread at a time. Under AddressSanitizer what is
/// not allocated is poisoned.
template <std::size_t Bytes = std::dynamic_extent>
class fixed_buffer final : public std::pmr::memory_resource {
  using cursor = detail::bump_cursor<bump_policies::high_performance>;
  static constexpr bool embedded = Bytes != std::dynamic_extent;
  static constexpr std::string_view kind = "fixed buffer";

 public:
  static constexpr std::size_t default_alignment = alignof(std::max_align_t);

  fixed_buffer() noexcept requires embedded { open(storage_); }
  explicit fixed_buffer(std::span<std::byte> buffer) noexcept requires(!embedded) { open(buffer); }
  ~fixed_buffer() override { cursor_.close(); }

  fixed_buffer(const fixed_buffer&) = delete;
  fixed_buffer& operator=(const fixed_buffer&) = delete;

  /// Returns: the next block, aligned to `alignment` and at least to 16.
  /// Requires: `alignment` is a power of two.
  /// Throws: range_full if there is no room.
  /// Complexity: constant.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment = default_alignment) {
    if (void* block = cursor_.take(bytes, alignment)) [[likely]] {
      return block;
    }
    return allocate_slow(bytes, alignment);
  }

  /// Returns: what allocate returns; nullptr where it throws.
  [[nodiscard]] void* try_allocate(std::size_t bytes,
                                   std::size_t alignment = default_alignment) noexcept {
    if (void* block = cursor_.take(bytes, alignment)) [[likely]] {
      return block;
    }
    return bytes == 0 ? cursor_.take(1, alignment) : nullptr;
  }

  /// Returns: a block and its usable size: `bytes` rounded up to 16.
  /// Throws: as allocate.
  [[nodiscard]] sized_block allocate_at_least(std::size_t bytes,
                                              std::size_t alignment = default_alignment) {
    const std::size_t usable = cursor::usable(bytes);
    return {allocate(usable, alignment), usable};
  }

  /// Effects: ends a block; nullptr is ignored. Its bytes can be used again at once
  ///   when it is the last one, otherwise when none is left.
  /// Requires: a live block of this buffer, with the size that was asked for or given.
  ///   Some others end the program with a diagnosis, as those of a bump_region do.
  void deallocate(void* block, std::size_t bytes, std::size_t = default_alignment) noexcept {
    if (block != nullptr) cursor_.give(block, bytes, [] { return kind; });
  }

  /// Effects: ends every block, without running destructors.
  void reset() noexcept { cursor_.reset(); }

  /// Returns: whether `block` lies in what is used. Any pointer may be asked about.
  [[nodiscard]] bool owns(const void* block) const noexcept { return cursor_.owns(block); }

  /// Returns: the bytes there are: used() and remaining().
  [[nodiscard]] std::size_t capacity() const noexcept { return cursor_.capacity(); }
  [[nodiscard]] std::size_t used() const noexcept { return cursor_.used(); }
  [[nodiscard]] std::size_t remaining() const noexcept { return cursor_.remaining(); }
  /// Returns: the highest used() so far.
  [[nodiscard]] std::size_t peak() const noexcept { return cursor_.peak(); }

 private:
  struct nothing {};
  using storage =
      std::conditional_t<embedded, std::array<std::byte, embedded ? Bytes : 1>, nothing>;

  void open(std::span<std::byte> buffer) noexcept {
    cursor_.open(buffer.data(), buffer.data() + buffer.size(), false);
  }

  [[gnu::cold, gnu::noinline]] void* allocate_slow(std::size_t bytes, std::size_t alignment) {
    if (void* block = try_allocate(bytes, alignment)) return block;
    detail::refuse(kind, bytes, remaining());
  }

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    return allocate(bytes, alignment);
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t) override {
    deallocate(block, bytes);
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  cursor cursor_;
  [[no_unique_address]] alignas(embedded ? default_alignment : 1) storage storage_;
};

static_assert(generous_resource<fixed_buffer<1024>>);
static_assert(generous_resource<fixed_buffer<>>);

}  // namespace strata
