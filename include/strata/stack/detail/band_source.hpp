// Bands and their lock, which is held neither while the account is charged nor while
// groups end: handlers of memory pressure may run then, and trim these very bands.
// Not for programs.
#pragma once

#include <cstddef>
#include <mutex>

#include <strata/stack/detail/bands.hpp>

namespace strata::detail {

template <class Sharing>
class band_source {
 public:
  explicit band_source(const bands_options& options) : all(options) {}

  /// Returns: a block with at least so many bytes of payload; nullptr when refused.
  [[nodiscard]] band_block* take(std::size_t bytes) noexcept {
    const std::size_t band = all.index_for(bytes);
    {
      const std::lock_guard guard(lock);
      if (band_block* const got = all.take(band)) [[likely]]
        return got;
    }
    return take_slow(band, bytes, band_block::head_bytes);
  }

  /// Returns: as take, with an alignment above that of all blocks.
  [[nodiscard]] band_block* take_aligned(std::size_t bytes, std::size_t alignment) noexcept {
    return take_slow(all.count(), bytes, alignment);
  }

  void give(band_block& block) noexcept {
    band_group* ended = nullptr;
    {
      const std::lock_guard guard(lock);
      ended = all.give(block);
    }
    if (ended != nullptr) [[unlikely]]
      all.end(ended);
  }

  /// Returns: how many bytes went back.
  std::size_t trim() noexcept {
    band_group* ended = nullptr;
    {
      const std::lock_guard guard(lock);
      ended = all.trim();
    }
    return all.end(ended);
  }

  /// Returns: a block of a new group; nullptr when refused.
  [[nodiscard, gnu::cold, gnu::noinline]] band_block* take_slow(std::size_t band, std::size_t bytes,
                                                                std::size_t alignment) noexcept {
    {
      const std::lock_guard guard(lock);
      if (!all.prepare(band)) return nullptr;
    }
    band_group* const made = all.make_group(band, bytes, alignment);
    const std::lock_guard guard(lock);
    if (made != nullptr) return &all.add(*made);
    return band == all.count() ? nullptr : all.take(band);  // a handler may have made room
  }

  bands all;
  mutable typename Sharing::mutex lock;
};

}  // namespace strata::detail
