// A growing chain of chunks with a moving pointer: for work whose memory ends all
// at once, however much it turns out to be.
//
//   strata::arena request({.name = "request", .limit = 16 << 20});
//   std::pmr::vector<header> headers(&request);
//   auto* node = request.make<tree_node>(key);
//   request.reset();
//
// An allocation is a handful of instructions, and no call as long as the current
// chunk has room. A single block need not be given back. The memory of all goes
// back to the arena at a reset, that of some by a checkpoint
// (strata/arena/arena_checkpoint.hpp). How chunks come and go: docs/guide/arenas.md.
#pragma once

#include <bit>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <strata/account/account.hpp>
#include <strata/arena/arena_options.hpp>
#include <strata/arena/detail/arena_core.hpp>
#include <strata/base/detail/make_objects.hpp>
#include <strata/base/error.hpp>
#include <strata/resource/owning_resource.hpp>
#include <strata/resource/resource.hpp>

namespace strata {

/// May be used by one thread at a time. Every block begins at a multiple of
/// `Granule` and takes up a multiple of it: 16 makes every alignment up to that
/// free of cost, less packs small blocks closer. Under AddressSanitizer what is
/// not allocated is poisoned.
template <std::size_t Granule>
class basic_arena final : public std::pmr::memory_resource {
  static_assert(std::has_single_bit(Granule) && Granule <= detail::arena_core::chunk_alignment);

 public:
  static constexpr std::size_t default_alignment = alignof(std::max_align_t);

  /// Where the arena stood; see checkpoint.
  class position {
    friend basic_arena;
    explicit position(const detail::arena_place& at) noexcept : at_(at) {}
    detail::arena_place at_;
  };

  /// Effects: makes an empty arena. The first allocation takes the first chunk.
  /// Throws: out_of_memory if the system refuses memory for the account.
  explicit basic_arena(const arena_options& options = {}) : core_(options) {}

  /// Effects: as reset(arena_keep::none()).
  ~basic_arena() override = default;

  basic_arena(const basic_arena&) = delete;
  basic_arena& operator=(const basic_arena&) = delete;

  // -- Blocks ------------------------------------------------------------------

  /// Returns: a block of at least `bytes` bytes; for no bytes too.
  /// Requires: `alignment` is a power of two.
  /// Throws: out_of_memory, which names the arena, if a limit, the system or the
  ///   upstream refuses.
  /// Complexity: constant; when the chunk has no room, linear in kept chunks, with
  ///   a request to the upstream if none of them serves.
  [[nodiscard, gnu::always_inline]] inline void* allocate(
      std::size_t bytes, std::size_t alignment = default_alignment) {
    return core_.take<Granule>(
        bytes, alignment, [&]() __attribute__((always_inline)) {
          return allocate_slow(bytes, alignment);
        });
  }

  /// Returns: what allocate returns; nullptr where it throws.
  [[nodiscard, gnu::always_inline]] inline void* try_allocate(
      std::size_t bytes, std::size_t alignment = default_alignment) noexcept {
    return core_.take<Granule>(
        bytes, alignment, [&]() __attribute__((always_inline)) {
          return core_.take_slow(bytes, alignment, Granule);
        });
  }

  /// Returns: as allocate, for vector instructions: `arena.allocate_aligned<32>(bytes)`.
  template <std::size_t Alignment>
  [[nodiscard, gnu::always_inline]] inline void* allocate_aligned(std::size_t bytes) {
    static_assert(std::has_single_bit(Alignment), "an alignment is a power of two");
    return std::assume_aligned<Alignment>(allocate(bytes, Alignment));
  }

  /// Returns: what allocate_aligned returns; nullptr where it throws.
  template <std::size_t Alignment>
  [[nodiscard, gnu::always_inline]] inline void* try_allocate_aligned(std::size_t bytes) noexcept {
    static_assert(std::has_single_bit(Alignment), "an alignment is a power of two");
    return try_allocate(bytes, Alignment);
  }

  /// Returns: a block and its usable size: what `bytes` is rounded up to.
  /// Throws: as allocate.
  [[nodiscard]] sized_block allocate_at_least(std::size_t bytes,
                                              std::size_t alignment = default_alignment);

  /// Effects: ends a block; nullptr is ignored. Its bytes can be used again at once
  ///   if it is the last one, or large and among the newest; else after a rewind or
  ///   a reset.
  /// Requires: a live block of this arena, with the size that was asked for or given.
  ///   The program ends with a diagnosis when it ends in the free part of the current
  ///   chunk, as what a reset or a rewind ended does there, and when it was a large one
  ///   whose memory waits for others; under AddressSanitizer (and with a Granule of at
  ///   least 8) when it is dead, wherever it lies.
  void deallocate(void* block, std::size_t bytes, std::size_t = default_alignment) noexcept {
    core_.give<Granule>(block, bytes);
  }

  /// Effects: gives a live block another size where it lies, or leaves it as it is.
  ///   The last block can grow while its chunk has room, unless a checkpoint was
  ///   opened since; every block can shrink.
  /// Returns: whether the block has `bytes_new` bytes now, as if asked for so many.
  [[nodiscard]] bool try_resize(void* block, std::size_t bytes, std::size_t bytes_new) noexcept {
    return core_.resize<Granule>(block, bytes, bytes_new);
  }

  // -- Objects -----------------------------------------------------------------

  /// Returns: a new object. Its destructor does not run by itself; destroy runs it.
  /// Throws: as allocate; what the constructor throws.
  template <class T, class... Args>
  [[nodiscard]] T* make(Args&&... args) {
    return detail::make_object<T>(*this, std::forward<Args>(args)...);
  }

  /// Returns: `count` new objects, value-initialised. As make.
  template <class T>
  [[nodiscard]] std::span<T> make_array(std::size_t count) {
    return detail::make_objects<T>(*this, count);
  }

  /// Returns: as make, but the arena runs the destructor when the object's memory
  ///   ends, by a rewind, a reset or the arena's end: the newest object first.
  ///   Must not be given to destroy or deallocate.
  template <class T, class... Args>
  [[nodiscard]] T* make_registered(Args&&... args) {
    return register_objects(std::span<T, 1>(make<T>(std::forward<Args>(args)...), 1)).data();
  }

  /// Returns: as make_array, with destructors as make_registered.
  template <class T>
  [[nodiscard]] std::span<T> make_registered_array(std::size_t count) {
    return register_objects(make_array<T>(count));
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

  // -- Some or all at once -------------------------------------------------------

  /// Effects: opens a checkpoint inside those that are open. It ends when the arena
  ///   is reset or rewound to an outer one. strata::arena_checkpoint does the
  ///   bookkeeping by scope.
  /// Returns: the arena's position, to rewind to, any number of times.
  [[nodiscard]] position checkpoint() noexcept { return position(core_.open_checkpoint()); }

  /// Effects: ends all blocks, and all checkpoints, of after `to`. Chunks are kept
  ///   for what comes next, and memory of large blocks within its bound.
  /// Requires: an open checkpoint of this arena; the program ends with a diagnosis
  ///   when it has ended (found out for the innermost 16) or is another arena's.
  /// Complexity: constant, and linear in registered destructors and large blocks.
  void rewind(const position& to) noexcept { core_.rewind(to.at_); }

  /// Effects: closes the checkpoint and those inside it. Blocks stay.
  /// Requires: as rewind.
  void forget(const position& which) noexcept { core_.close_checkpoint(which.at_); }

  /// Effects: ends all blocks and checkpoints. Gives back the chunks and the memory of
  ///   large blocks that `keep` does not keep.
  /// Complexity: linear in chunks, registered destructors and large blocks.
  void reset(arena_keep keep = arena_keep::all()) noexcept { core_.reset(keep); }

  /// Effects: gives back the chunks that wait for their turn, and the memory of large
  ///   blocks that ended.
  /// Returns: how many bytes that was.
  std::size_t purge() noexcept { return core_.purge(); }

  // -- Looking inside ------------------------------------------------------------

  /// Returns: whether the address lies in a block of this arena.
  /// Complexity: linear in chunks and large blocks.
  [[nodiscard]] bool owns(const void* block) const noexcept { return core_.owns(block); }

  /// Returns: the bytes of all blocks, with what they are rounded up to.
  [[nodiscard]] std::size_t allocated() const noexcept { return core_.allocated(); }

  /// Returns: the bytes that are free in the current chunk.
  [[nodiscard]] std::size_t remaining() const noexcept { return core_.remaining(); }

  /// Complexity: linear in chunks and large blocks.
  [[nodiscard]] arena_statistics statistics() const noexcept { return core_.statistics(); }

  /// Returns: the name from the options; "arena" without one.
  [[nodiscard]] std::string_view name() const noexcept { return core_.name(); }

  /// Returns: the account that is charged; nothing over an upstream without one.
  [[nodiscard]] std::optional<strata::account> account() const { return core_.account(); }

 private:
  [[gnu::cold, gnu::noinline]] void* allocate_slow(std::size_t bytes, std::size_t alignment) {
    void* const block = core_.take_slow(bytes, alignment, Granule);
    if (block == nullptr) core_.refuse(bytes);
    return block;
  }

  template <class T, std::size_t Extent>
  std::span<T, Extent> register_objects(std::span<T, Extent> objects);

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    return allocate(bytes, alignment);
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t) override {
    deallocate(block, bytes);
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  detail::arena_core core_;
};

/// The arena for most uses.
using arena = basic_arena<alignof(std::max_align_t)>;

/// Packs blocks at multiples of 8 bytes: for many small objects of other sizes
/// than multiples of 16. Requests that leave the alignment out cost two more
/// instructions.
using packed_arena = basic_arena<8>;

static_assert(generous_resource<arena> && owning_resource<arena>);
static_assert(generous_resource<packed_arena> && owning_resource<packed_arena>);

template <std::size_t Granule>
sized_block basic_arena<Granule>::allocate_at_least(std::size_t bytes, std::size_t alignment) {
  const std::size_t least = bytes == 0 ? 1 : bytes;
  const std::size_t rounded = (least + (Granule - 1)) & ~(Granule - 1);
  void* const block = allocate(rounded < least ? bytes : rounded, alignment);
  const std::size_t usable = core_.large_usable(block);
  return {block, usable == 0 ? rounded : usable};
}

template <std::size_t Granule>
template <class T, std::size_t Extent>
std::span<T, Extent> basic_arena<Granule>::register_objects(std::span<T, Extent> objects) {
  static_assert(std::is_nothrow_destructible_v<T>);
  if constexpr (!std::is_trivially_destructible_v<T>) {
    void* const memory =
        try_allocate(sizeof(detail::arena_cleanup), alignof(detail::arena_cleanup));
    if (memory == nullptr) {
      destroy(std::span<T>(objects));
      core_.refuse(sizeof(detail::arena_cleanup));
    }
    constexpr auto run = [](void* first, std::size_t count) noexcept {
      std::destroy_n(static_cast<T*>(first), count);
    };
    core_.add_cleanup(*::new (memory)
                          detail::arena_cleanup{nullptr, run, objects.data(), objects.size()});
  }
  return objects;
}

}  // namespace strata
