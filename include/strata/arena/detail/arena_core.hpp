// An arena without its interface: the chain of chunks and the cursor in it.
//
//   first_                     current_
//     |                           |
//   [head|block|block|tail] -> [head|block|block|  free  ] -> [head| spare ] -> ...
//                                               ^cursor_ ^end_
//
// Chunks before the current one are full, those behind it are kept for later. A
// block that is large beside the next chunk has memory of its own: then the
// schedule goes on as it would, and the current chunk keeps its free tail.
//
//   take -- room --> block                                           hot
//     \---- take_slow -> no bytes asked for -> a block all the same  cold
//                     -> the next kept chunk that has room
//                     -> a new chunk
//                     -> large beside the next chunk -> memory of its own,
//                        see arena_large_blocks.hpp
//
// Invariants: cursor_ <= end_; both 0 without a chunk. Chunks begin and end at
// multiples of chunk_alignment. All that is not allocated is poisoned.
//
// Not for programs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <strata/arena/arena_options.hpp>
#include <strata/arena/detail/arena_large_blocks.hpp>
#include <strata/arena/detail/arena_source.hpp>
#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/detail/poison.hpp>

namespace strata::detail {

struct arena_chunk;

/// What runs when the memory it lies in ends; newest first.
struct arena_cleanup {
  arena_cleanup* next;
  void (*run)(void* object, std::size_t count) noexcept;
  void* object;
  std::size_t count;
};

/// Where an arena stood, and the how manieth open checkpoint that was.
struct arena_place {
  const void* arena;
  arena_chunk* chunk;
  std::uintptr_t cursor;
  std::uintptr_t floor;
  arena_cleanup* cleanups;
  std::uint64_t large_serial;
  std::uint32_t depth;
  std::uint32_t serial;
};

class arena_core {
 public:
  static constexpr std::size_t chunk_alignment = 64;
  static constexpr std::size_t chunk_bytes_min = 1024;
  /// A request that takes more than this share of the next chunk is large. So the
  /// tail that is left for a new chunk is less than that share of it.
  static constexpr std::size_t large_share = 4;

  explicit arena_core(const arena_options& options);
  ~arena_core();
  arena_core(const arena_core&) = delete;
  arena_core& operator=(const arena_core&) = delete;

  /// Returns: a block; what `otherwise()` returns when the chunk has no room, or
  ///   `bytes` is 0.
  ///
  /// Rounded up, no bytes are zero and too many are zero or, read with a sign, below:
  /// the rounding has set the flags that tell. What is left is below 2^63, and so is
  /// every aligned cursor, so that their sum cannot wrap.
  template <std::size_t Granule, class Otherwise>
  [[nodiscard, gnu::always_inline]] inline void* take(std::size_t bytes, std::size_t alignment,
                                                      Otherwise otherwise) {
    const std::size_t taken = rounded<Granule>(bytes);
    if (static_cast<std::ptrdiff_t>(taken) <= 0) [[unlikely]] {
      return otherwise();
    }
    std::uintptr_t start = cursor_;
    if (alignment > Granule) start = (start + (alignment - 1)) & ~(alignment - 1);
    const std::uintptr_t next = start + taken;
    if (next > end_) [[unlikely]] {
      return otherwise();
    }
    cursor_ = next;
    void* const block = reinterpret_cast<void*>(start);
    unpoison(block, bytes);
    return block;
  }

  /// Returns: a block by any other way; nullptr when refused.
  [[nodiscard, gnu::cold, gnu::noinline]] void* take_slow(std::size_t bytes, std::size_t alignment,
                                                          std::size_t granule) noexcept;

  /// Effects: throws out_of_memory.
  [[noreturn, gnu::cold, gnu::noinline]] void refuse(std::size_t bytes) const;

  /// Effects: lets the room of the chunk's last block be used again. A large block
  ///   ends at once if it is among the newest. What ends in the free part of the
  ///   chunk is no block: the program ends with a diagnosis.
  template <std::size_t Granule>
  void give(void* block, std::size_t bytes) noexcept {
    const auto start = reinterpret_cast<std::uintptr_t>(block);
    const std::size_t taken = rounded<Granule>(bytes == 0 ? 1 : bytes);
    const std::uintptr_t stop = start + taken;
    if (Granule >= poison_granule && bytes != 0 && poisoned(block)) [[unlikely]] {
      report_no_block_of_arena(name(), block, bytes);
    }
    if (stop == cursor_) {
      move_cursor(start);
    } else if ((bytes > large_above_min && bytes > large_above_) ||
               (stop > cursor_ && stop <= end_)) [[unlikely]] {
      if (give_slow(block, bytes)) return;
    }
    if (block != nullptr) poison(block, taken);
  }

  /// Effects: gives a block another size where it lies.
  /// Returns: whether it could.
  template <std::size_t Granule>
  [[nodiscard]] bool resize(void* block, std::size_t from, std::size_t to) noexcept {
    const auto start = reinterpret_cast<std::uintptr_t>(block);
    const std::size_t before = rounded<Granule>(from == 0 ? 1 : from);
    const bool grows = to > before;
    if (start + before != cursor_) {
      if (grows && to > large_usable(block)) return false;
    } else {
      // A checkpoint lies behind the block: what grows beyond it would end with it.
      if (grows && (start < floor_ || to > end_ - start)) return false;
      move_cursor(start + rounded<Granule>(to == 0 ? 1 : to));
    }
    if (to < before) poison(static_cast<std::byte*>(block) + to, before - to);
    unpoison(block, to);
    return true;
  }

  /// Returns: the usable bytes of the large block at `block` if it is among the
  ///   newest, else 0.
  [[nodiscard]] std::size_t large_usable(const void* block) const noexcept {
    return large_.usable(block);
  }

  void add_cleanup(arena_cleanup& node) noexcept {
    node.next = cleanups_;
    cleanups_ = &node;
  }

  /// Effects: opens a checkpoint inside those that are open.
  [[nodiscard]] arena_place open_checkpoint() noexcept;
  /// Effects: ends all that was allocated since, and the checkpoints inside. This
  ///   one stays open.
  void rewind(const arena_place& to) noexcept;
  /// Effects: closes the checkpoint, and those inside, and leaves the memory.
  void close_checkpoint(const arena_place& which) noexcept;

  void reset(arena_keep keep) noexcept;
  std::size_t purge() noexcept;

  [[nodiscard]] bool owns(const void* block) const noexcept;
  [[nodiscard]] std::size_t allocated() const noexcept;
  [[nodiscard]] std::size_t remaining() const noexcept { return end_ - cursor_; }
  [[nodiscard]] arena_statistics statistics() const noexcept;
  [[nodiscard]] std::string_view name() const noexcept { return source_.name(); }
  [[nodiscard]] std::optional<strata::account> account() const { return source_.account(); }

 private:
  static constexpr std::size_t large_above_min = chunk_bytes_min / large_share;
  static constexpr std::size_t checkpoints_known = 16;

  template <std::size_t Granule>
  [[nodiscard]] static constexpr std::size_t rounded(std::size_t bytes) noexcept {
    return (bytes + (Granule - 1)) & ~(Granule - 1);
  }

  /// Effects: moves the cursor back, or on, and remembers where it stood.
  void move_cursor(std::uintptr_t to) noexcept {
    if (cursor_ > high_) high_ = cursor_;
    cursor_ = to;
  }

  [[nodiscard]] void* take_here(std::size_t bytes, std::size_t alignment,
                                std::size_t granule) noexcept;
  [[nodiscard]] bool enter_chunk_for(std::size_t bytes) noexcept;
  [[nodiscard]] arena_chunk* make_chunk(std::size_t room) noexcept;
  [[nodiscard]] arena_chunk*& behind_current() noexcept;
  void enter(arena_chunk& next) noexcept;
  void stand_before_all() noexcept;
  void free_chunks_from(arena_chunk*& link) noexcept;
  [[nodiscard]] arena_chunk*& first_beyond(arena_keep keep) noexcept;
  void keep_large(arena_keep keep) noexcept;
  [[nodiscard]] static std::size_t bytes_from(const arena_chunk* chunk) noexcept;
  void plan_next_chunk() noexcept;
  [[gnu::cold, gnu::noinline]] bool give_slow(void* block, std::size_t bytes) noexcept;
  void run_cleanups_until(const arena_cleanup* stop) noexcept;
  void poison_from(const arena_place& from) const noexcept;
  [[nodiscard]] std::size_t peak() const noexcept;
  void note_peak() noexcept;
  void check_open(const arena_place& which) const noexcept;

  std::uintptr_t cursor_ = 0;
  std::uintptr_t end_ = 0;
  std::size_t large_above_;   // no block of at most so many bytes is large
  std::uintptr_t high_ = 0;   // where the cursor stood highest since note_peak
  std::uintptr_t floor_ = 0;  // of the innermost checkpoint, if in this chunk
  arena_chunk* current_ = nullptr;
  arena_chunk* first_ = nullptr;
  arena_cleanup* cleanups_ = nullptr;

  std::size_t chunk_bytes_;  // of the first chunk, the largest, the next
  std::size_t chunk_bytes_max_;
  std::size_t chunk_bytes_next_;
  std::size_t peak_ = 0;
  std::size_t round_peak_ = 0;   // of bytes of chunks in use, since the last reset
  std::size_t recent_peak_ = 0;  // the same over the last rounds

  struct known_checkpoint {
    std::uint32_t depth;
    std::uint32_t serial;
  };

  std::uint32_t open_ = 0;  // checkpoints
  std::uint32_t serial_ = 0;
  std::array<known_checkpoint, checkpoints_known> known_{};  // by depth

  arena_source source_;
  arena_large_blocks large_;
};

}  // namespace strata::detail
