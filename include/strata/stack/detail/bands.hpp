// Blocks in size bands: each band is twice as large as the one before. A band's blocks
// are cut from groups. A group of which no block is out goes back when idle memory would
// exceed its budget.
//
//   band 0   groups with room  -> [group] <-> [group]      full ones are in no list
//   band 1   groups with room  -> [group]
//     ...
//   apart    a group for each block that is larger than any band
//
//   take -- a group has room ------------------------> band_group::take       hot
//     \---- none has: prepare, make_group, add ------> public_bands.cpp       cold
//   give -- the group was not full, nor is it idle --> band_group::give       hot
//     \---- else ------------------------------------> settle, and end       cold
//
// Invariants: a group is in its band's list exactly when it is not full. Groups of which
// no block is out have, together, no more bytes than the budget.
//
// The caller serialises all but make_group, in which handlers of memory pressure may run,
// and end, in which what is attached ends. Not for programs.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/arena/detail/arena_source.hpp>
#include <strata/stack/band_options.hpp>
#include <strata/stack/band_statistics.hpp>
#include <strata/stack/detail/band_block.hpp>

namespace strata::detail {

struct bands_options {
  std::string_view name;  // of the account, if there is one
  std::size_t limit;
  const account* parent;
  std::pmr::memory_resource* upstream;
  bool charges;       // an account of its own; always so without an upstream
  std::size_t least;  // payload of the smallest band, and of the largest
  std::size_t most;
  std::size_t idle_bytes;
  bool head_inside;  // a band's bytes are those of the block, not those of its payload
  void (*end_attached)(void*) noexcept = nullptr;
};

/// Throws: invalid_band_config.
[[nodiscard]] bands_options bands_for(const fiber_arenas_options& options,
                                      void (*end_attached)(void*) noexcept);
[[nodiscard]] bands_options bands_for(const message_pool_options& options);

class bands {
 public:
  /// Requires: `least` and `most` are powers of two, at most bands_max apart.
  /// Throws: out_of_memory if the system refuses memory for the account.
  explicit bands(const bands_options& options);
  /// Requires: every block was given back.
  ~bands();
  bands(const bands&) = delete;
  bands& operator=(const bands&) = delete;

  /// Returns: how many bands there are; it stands for "apart" too.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::size_t band_bytes(std::size_t band) const noexcept { return least_ << band; }
  [[nodiscard]] std::size_t payload_bytes(std::size_t band) const noexcept {
    return band_bytes(band) - head_inside_;
  }
  /// Returns: from one block of the band to the next.
  [[nodiscard]] std::size_t stride(std::size_t band) const noexcept {
    return payload_bytes(band) + band_block::head_bytes;
  }

  /// Returns: the smallest band whose payload holds so many bytes; count(): none does.
  [[nodiscard]] std::size_t index_for(std::size_t bytes) const noexcept {
    if (bytes > payload_bytes(count_ - 1)) return count_;
    const std::size_t needed = bytes + head_inside_;
    return needed <= least_ ? 0 : std::bit_width((needed - 1) >> least_shift_);
  }

  /// Returns: a block; nullptr when no group of the band has room.
  [[nodiscard]] band_block* take(std::size_t band) noexcept {
    band_group* const from = with_room_[band];
    if (from == nullptr) [[unlikely]]
      return nullptr;
    return &take_of(*from);
  }

  /// Returns: the group of the block if it goes back now, for end(); else nullptr.
  [[nodiscard]] band_group* give(band_block& block) noexcept {
    band_group& home = *block.group;
    const bool was_full = home.is_full();
    home.give(block);
    --counts_[home.band].active;
    --active_;
    if (was_full || home.live == 0) [[unlikely]]
      return settle(home, was_full);
    return nullptr;
  }

  // -- When no group has room, in this order ------------------------------------

  /// Returns: whether the band has an account to charge now.
  [[nodiscard]] bool prepare(std::size_t band) noexcept;
  /// Returns: a group with one block at least; nullptr when refused. `bytes` and
  ///   `alignment` count for what stands apart; elsewhere payloads begin at
  ///   multiples of 64. To be called without any lock.
  [[nodiscard]] band_group* make_group(std::size_t band, std::size_t bytes,
                                       std::size_t alignment) noexcept;
  /// Returns: a block of the new group.
  [[nodiscard]] band_block& add(band_group& made) noexcept;

  // -- Groups that go back ----------------------------------------------------------

  /// Returns: all groups of which no block is out, for end().
  [[nodiscard]] band_group* trim() noexcept;

  /// Effects: ends what is attached to the blocks of these groups, and gives their memory
  ///   back. To be called without any lock.
  /// Returns: how many bytes that was.
  std::size_t end(band_group* list) noexcept;

  /// Effects: ends what is attached to a block that is out.
  void strip(band_block& block) const noexcept;

  /// Returns: the figures of all bands, without those of the pool on them.
  [[nodiscard]] bands_statistics statistics() const noexcept;
  /// Returns: how many blocks are in use.
  [[nodiscard]] std::size_t active() const noexcept { return active_; }
  /// Returns: most blocks that ever were in use at once.
  [[nodiscard]] std::size_t peak() const noexcept { return peak_; }
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] const std::optional<strata::account>& account() const noexcept { return account_; }
  [[nodiscard]] bool invariant() const noexcept;

 private:
  struct counts {
    std::size_t active = 0;
    std::size_t peak = 0;    // of active ones
    std::size_t blocks = 0;  // of all groups
    std::size_t groups = 0;
    std::size_t held_bytes = 0;
    std::uint64_t opened = 0;    // groups that came
    std::uint64_t returned = 0;  // groups that went
  };

  void note_active(std::size_t band) noexcept {
    counts& now = counts_[band];
    if (++now.active > now.peak) now.peak = now.active;
    if (++active_ > peak_) peak_ = active_;
  }

  [[nodiscard]] band_block& take_of(band_group& from) noexcept {
    note_active(from.band);
    if (from.live == 0) [[unlikely]]
      wake(from);
    band_block& got = from.take();
    if (from.is_full()) [[unlikely]]
      unlink(from);
    return got;
  }

  [[nodiscard]] band_statistics statistics_of(std::size_t band) const noexcept;
  void wake(band_group& group) noexcept { idle_bytes_ -= group.range_bytes; }
  [[nodiscard, gnu::noinline]] band_group* settle(band_group& group, bool was_full) noexcept;
  [[gnu::cold, gnu::noinline]] void unlink(band_group& group) noexcept;
  void link(band_group& group) noexcept;
  void withdraw(band_group& group) noexcept;

  std::size_t least_;
  std::size_t least_shift_;
  std::size_t count_;
  std::size_t head_inside_;
  std::size_t budget_;
  void (*end_attached_)(void*) noexcept;
  std::size_t idle_bytes_ = 0;  // of groups of which no block is out
  std::size_t active_ = 0;      // blocks in use
  std::size_t peak_ = 0;        // most of them
  std::array<band_group*, bands_max + 1> with_room_{};
  std::array<counts, bands_max + 1> counts_{};
  std::pmr::memory_resource* upstream_;
  std::optional<strata::account> account_;
  std::array<std::optional<arena_source>, bands_max + 1> sources_;
  char name_[64] = {};
};

}  // namespace strata::detail
