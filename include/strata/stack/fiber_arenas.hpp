// An arena for each fiber, from a pool in size bands: taken when the fiber begins,
// reset and put back when it ends.
//
//   strata::fiber_arenas arenas({.name = "fibers", .limit = 256 << 20});
//   {
//     const strata::fiber_arena memory = arenas.get(12'000);   // at the fiber's begin
//     std::pmr::vector<header> headers(memory.get());
//     auto* node = memory->make<tree_node>(key);
//   }                                                          // at its end
//
// An arena comes with a first chunk of the smallest band that holds what the fiber is
// expected to need. One that needs more gets further chunks, from the bands above, and
// they go back when it ends; the first chunk stays with its arena, hot for the next
// fiber. What waits is bounded by `idle_bytes`.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include <strata/account/account.hpp>
#include <strata/arena/arena.hpp>
#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/error.hpp>
#include <strata/base/sharing.hpp>
#include <strata/stack/band_options.hpp>
#include <strata/stack/band_statistics.hpp>
#include <strata/stack/detail/band_source.hpp>

namespace strata {

template <class Sharing>
class basic_fiber_arenas;

namespace detail {

/// An arena and its upstream: the block with the first chunk is the arena's own, and
/// stays with it while both are idle. More comes from the bands.
template <class Sharing>
class pooled_arena final : public std::pmr::memory_resource {
 public:
  /// Effects: attaches itself to the block, which becomes the arena's first chunk.
  pooled_arena(band_source<Sharing>& home, band_block& first)
      : home_(home), first_(first), memory_(options()) {
    reset();
    first.attached = this;
  }

  /// Effects: ends what was allocated, and keeps the first chunk alone.
  void reset() noexcept {
    memory_.reset();
    if (grown_ || !has_first_) [[unlikely]]
      enter_first();
  }

  [[nodiscard]] arena& memory() noexcept { return memory_; }
  [[nodiscard]] band_block& first() const noexcept { return first_; }

 private:
  [[nodiscard]] arena_options options() noexcept {
    const bands& all = home_.all;
    return {.name = all.name(),
            .upstream = this,
            .accounted = false,
            .chunk_bytes = first_.bytes,
            .chunk_bytes_max = all.payload_bytes(all.count() - 1)};
  }

  // The first request after all chunks went is that for the first chunk.
  [[gnu::cold, gnu::noinline]] void enter_first() noexcept {
    memory_.reset(arena_keep::none());
    (void)memory_.try_allocate(1);
    memory_.reset();
    grown_ = false;
  }

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (!has_first_ && bytes == first_.bytes && alignment <= band_block::head_bytes) {
      has_first_ = true;
      return first_.payload();
    }
    band_block* const got = alignment <= band_block::head_bytes
                                ? home_.take(bytes)
                                : home_.take_aligned(bytes, alignment);
    if (got == nullptr) throw std::bad_alloc();
    home_.all.strip(*got);
    grown_ = true;
    return got->payload();
  }

  void do_deallocate(void* block, std::size_t, std::size_t) override {
    if (block == first_.payload()) {
      has_first_ = false;
    } else {
      home_.give(band_block::of(block));
    }
  }

  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  band_source<Sharing>& home_;
  band_block& first_;
  bool has_first_ = false;
  bool grown_ = false;  // since the last reset
  arena memory_;        // ends first: it gives chunks back
};

}  // namespace detail

/// Owns one arena of a pool, or none. Its end resets the arena, which runs registered
/// destructors, and puts it back. Every block of the arena ends then.
template <class Sharing>
class basic_fiber_arena {
 public:
  basic_fiber_arena() noexcept = default;
  basic_fiber_arena(basic_fiber_arena&& other) noexcept
      : home_(other.home_), owned_(std::exchange(other.owned_, nullptr)) {}
  basic_fiber_arena& operator=(basic_fiber_arena&& other) noexcept {
    basic_fiber_arena taken(std::move(other));
    std::swap(home_, taken.home_);
    std::swap(owned_, taken.owned_);
    return *this;
  }
  ~basic_fiber_arena() { reset(); }

  /// Effects: as the destructor, now.
  void reset() noexcept {
    if (owned_ != nullptr) home_->put(*std::exchange(owned_, nullptr));
  }

  /// Returns: the arena, which is a memory resource too; nullptr when there is none.
  [[nodiscard]] arena* get() const noexcept {
    return owned_ == nullptr ? nullptr : &owned_->memory();
  }
  [[nodiscard]] explicit operator bool() const noexcept { return owned_ != nullptr; }

  /// Requires: there is one.
  [[nodiscard]] arena& operator*() const noexcept { return owned_->memory(); }
  [[nodiscard]] arena* operator->() const noexcept { return &owned_->memory(); }

 private:
  friend basic_fiber_arenas<Sharing>;
  basic_fiber_arena(basic_fiber_arenas<Sharing>& home,
                    detail::pooled_arena<Sharing>* owned) noexcept
      : home_(&home), owned_(owned) {}

  basic_fiber_arenas<Sharing>* home_ = nullptr;
  detail::pooled_arena<Sharing>* owned_ = nullptr;
};

/// `Sharing` is one_thread or any_thread: who may call at once, take further chunks, and
/// end an arena. Each arena is for one thread at a time, as every arena is. Beside its
/// bands, the pool takes some 500 bytes for each arena from the heap.
template <class Sharing = one_thread>
class basic_fiber_arenas {
 public:
  using handle_type = basic_fiber_arena<Sharing>;

  /// Effects: makes an account, and no arena yet.
  /// Throws: invalid_band_config when the options contradict themselves; out_of_memory
  ///   if the system refuses memory for the account.
  explicit basic_fiber_arenas(const fiber_arenas_options& options = {})
      : source_(detail::bands_for(options, &end_arena)) {}

  /// Requires: every arena was put back. The program ends with a diagnosis when one
  ///   was not.
  ~basic_fiber_arenas();

  basic_fiber_arenas(const basic_fiber_arenas&) = delete;
  basic_fiber_arenas& operator=(const basic_fiber_arenas&) = delete;

  /// Returns: an empty arena for a fiber that is expected to need some `bytes` bytes. Its
  ///   first chunk is there already.
  /// Throws: out_of_memory, which names the account, when a limit, the system or the
  ///   upstream refuses.
  /// Complexity: constant while an arena of the band is idle; else that of the upstream.
  [[nodiscard]] handle_type get(std::size_t bytes = 0) {
    detail::pooled_arena<Sharing>* const got = take(bytes);
    if (got == nullptr) [[unlikely]]
      throw out_of_memory(source_.all.name(), bytes);
    return handle_type(*this, got);
  }

  /// Returns: what get returns; no arena where it throws.
  [[nodiscard]] handle_type try_get(std::size_t bytes = 0) noexcept {
    return handle_type(*this, take(bytes));
  }

  /// Effects: gives back the groups of blocks of which none is in use, and idle arenas
  ///   with them.
  /// Returns: how many bytes that was.
  std::size_t trim() noexcept { return source_.trim(); }

  /// Returns: the figures of now: what is active are arenas, in all bands.
  [[nodiscard]] bands_statistics statistics() const noexcept;

  /// Returns: the account that is charged; nothing over an upstream without one.
  [[nodiscard]] std::optional<strata::account> account() const { return source_.all.account(); }

  /// Returns: the first contradiction in the options; nothing when there is none.
  [[nodiscard]] static std::optional<band_config_error> check(
      const fiber_arenas_options& options) noexcept {
    return strata::check(options);
  }

 private:
  friend handle_type;

  using pooled_arena = detail::pooled_arena<Sharing>;

  static void end_arena(void* idle) noexcept { delete static_cast<pooled_arena*>(idle); }

  [[nodiscard]] pooled_arena* take(std::size_t bytes) noexcept {
    const std::size_t band = band_for(bytes);
    detail::band_block* block = nullptr;
    {
      const std::lock_guard guard(source_.lock);
      block = source_.all.take(band);
      if (block != nullptr && block->attached != nullptr) [[likely]] {
        note_active();
        return static_cast<pooled_arena*>(block->attached);
      }
    }
    return take_slow(band, block);
  }

  [[nodiscard]] std::size_t band_for(std::size_t bytes) const noexcept {
    return std::min(source_.all.index_for(bytes), source_.all.count() - 1);
  }

  void note_active() noexcept {
    if (++active_ > peak_) peak_ = active_;
  }

  // What the fiber made ends before the lock is taken: its destructors may use the pool.
  void put(pooled_arena& used) noexcept {
    used.reset();
    detail::band_group* ended = nullptr;
    {
      const std::lock_guard guard(source_.lock);
      --active_;
      ended = source_.all.give(used.first());
    }
    if (ended != nullptr) [[unlikely]]
      source_.all.end(ended);
  }

  // `first`: a block without an arena, if the band had one.
  [[nodiscard, gnu::cold, gnu::noinline]] pooled_arena* take_slow(
      std::size_t band, detail::band_block* first) noexcept;
  [[nodiscard]] pooled_arena* arena_of(detail::band_block& first) noexcept;

  detail::band_source<Sharing> source_;
  std::size_t active_ = 0;
  std::size_t peak_ = 0;
  std::uint64_t refused_ = 0;
};

/// For one thread at a time: a scheduler with a thread of its own.
using fiber_arenas = basic_fiber_arenas<one_thread>;
using fiber_arena = basic_fiber_arena<one_thread>;

/// For any thread: fibers that move between threads.
using shared_fiber_arenas = basic_fiber_arenas<any_thread>;
using shared_fiber_arena = basic_fiber_arena<any_thread>;

template <class Sharing>
basic_fiber_arenas<Sharing>::~basic_fiber_arenas() {
  if (active_ != 0) [[unlikely]]
    detail::report_fiber_arenas_in_use(source_.all.name(), active_);
  source_.trim();
}

template <class Sharing>
auto basic_fiber_arenas<Sharing>::take_slow(std::size_t band, detail::band_block* first) noexcept
    -> pooled_arena* {
  if (first == nullptr) first = source_.take_slow(band, 0, detail::band_block::head_bytes);
  pooled_arena* const got = first == nullptr ? nullptr : arena_of(*first);
  if (first != nullptr && got == nullptr) source_.give(*first);
  const std::lock_guard guard(source_.lock);
  if (got != nullptr) {
    note_active();
  } else {
    ++refused_;
  }
  return got;
}

// The one that waits with the block, or a new one; nullptr: refused.
template <class Sharing>
auto basic_fiber_arenas<Sharing>::arena_of(detail::band_block& first) noexcept -> pooled_arena* {
  if (first.attached != nullptr) return static_cast<pooled_arena*>(first.attached);
  return new (std::nothrow) pooled_arena(source_, first);
}

template <class Sharing>
bands_statistics basic_fiber_arenas<Sharing>::statistics() const noexcept {
  const std::lock_guard guard(source_.lock);
  bands_statistics now = source_.all.statistics();
  now.active = active_;
  now.peak = peak_;
  now.refused = refused_;
  return now;
}

}  // namespace strata
