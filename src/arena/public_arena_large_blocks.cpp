// The large blocks of arenas: what lives, and what is spare for the next ones.
#include <strata/arena/detail/arena_large_blocks.hpp>

#include <algorithm>
#include <new>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/detail/poison.hpp>

#include "arena/chunk.hpp"

namespace strata::detail {
namespace {

// How far a block is looked for, and how many ranges are spare at most: each step may
// miss the cache.
constexpr int newest = 16;

// What a fault costs for a page is known, what an upstream costs is not.
constexpr std::size_t kept_of_pages = std::size_t{32} << 20;

// A spare range is no longer than this times what is asked for.
constexpr std::size_t fit_max = 2;

bool is_aligned(const arena_large& range, std::size_t alignment) noexcept {
  return (reinterpret_cast<std::uintptr_t>(range.block) & (alignment - 1)) == 0;
}

}  // namespace

arena_large_blocks::arena_large_blocks(arena_source& source, const arena_options& options) noexcept
    : source_(source),
      kept_max_(
          options.large_bytes_kept.value_or(options.upstream == nullptr ? kept_of_pages : 0)) {}

// -- Live ones ------------------------------------------------------------------------

void* arena_large_blocks::take(std::size_t bytes, std::size_t alignment) noexcept {
  constexpr std::size_t step = alignof(arena_large);
  if (bytes > PTRDIFF_MAX - 2 * sizeof(arena_large)) return nullptr;
  const std::size_t needed = ((bytes + step - 1) & ~(step - 1)) + sizeof(arena_large);
  alignment = std::max(alignment, step);
  arena_large* taken = take_spare(needed, alignment);
  if (taken == nullptr) taken = take_new(needed, alignment);
  if (taken == nullptr) return nullptr;
  taken->next = live_;
  taken->serial = ++serial_;
  live_ = taken;
  bytes_ += taken->usable();
  live_held_ += taken->bytes;
  peak_held_ = std::max(peak_held_, live_held_);
  trim();
  return taken->block;
}

// A limit is used up to its end: what is spare goes before a refusal is final.
arena_large* arena_large_blocks::take_new(std::size_t bytes, std::size_t alignment) noexcept {
  sized_block range = source_.take(bytes, alignment);
  if (range.block == nullptr && keep_spare(0) != 0) range = source_.take(bytes, alignment);
  if (range.block == nullptr) return nullptr;
  auto* const block = static_cast<std::byte*>(range.block);
  const std::size_t usable =
      (range.bytes - sizeof(arena_large)) & ~(std::size_t{alignof(arena_large)} - 1);
  return ::new (block + usable) arena_large{nullptr, block, range.bytes, alignment, 0};
}

arena_large** arena_large_blocks::find(const void* block) const noexcept {
  arena_large** link = const_cast<arena_large**>(&live_);
  for (int i = 0; i < newest && *link != nullptr; ++i) {
    if ((*link)->block == block) return link;
    link = &(*link)->next;
  }
  return nullptr;
}

bool arena_large_blocks::end(const void* block) noexcept {
  if (arena_large** const found = find(block); found != nullptr) {
    end_at(*found);
    return true;
  }
  for (const arena_large* at = spare_; at != nullptr; at = at->next) {
    if (at->block == block) report_no_block_of_arena(source_.name(), block, at->usable());
  }
  return false;
}

void arena_large_blocks::end_younger_than(std::uint64_t serial) noexcept {
  while (live_ != nullptr && live_->serial > serial) end_at(live_);
}

void arena_large_blocks::end_at(arena_large*& link) noexcept {
  arena_large* const ending = link;
  link = ending->next;
  bytes_ -= ending->usable();
  live_held_ -= ending->bytes;
  poison(ending->block, ending->usable());
  ending->next = spare_;
  spare_ = ending;
  trim();
}

// -- Spare ones -----------------------------------------------------------------------

// The smallest that fits and wastes no more than it serves.
arena_large* arena_large_blocks::take_spare(std::size_t bytes, std::size_t alignment) noexcept {
  arena_large** best = nullptr;
  for (arena_large** link = &spare_; *link != nullptr; link = &(*link)->next) {
    const arena_large& range = **link;
    const std::size_t room = range.usable() + sizeof(arena_large);
    if (room < bytes || range.bytes / fit_max > bytes || !is_aligned(range, alignment)) continue;
    if (best == nullptr || range.bytes < (*best)->bytes) best = link;
  }
  if (best == nullptr) return nullptr;
  arena_large* const taken = *best;
  *best = taken->next;
  unpoison(taken->block, taken->usable());
  return taken;
}

void arena_large_blocks::trim() noexcept {
  keep_spare(std::min(kept_max_, peak_held_ + peak_held_ / 2 - live_held_));
}

std::size_t arena_large_blocks::keep_spare(std::size_t bytes) noexcept {
  std::size_t kept = 0;
  std::size_t gone = 0;
  int count = 0;
  for (arena_large** link = &spare_; *link != nullptr;) {
    if (count == newest || (*link)->bytes > bytes - kept) {
      gone += (*link)->bytes;
      give_back(*link);
    } else {
      kept += (*link)->bytes;
      ++count;
      link = &(*link)->next;
    }
  }
  return gone;
}

void arena_large_blocks::give_back(arena_large*& link) noexcept {
  const arena_large going = *link;
  link = going.next;
  unpoison(going.block, going.bytes);
  source_.give(going.block, going.bytes, going.alignment);
}

void arena_large_blocks::begin_round() noexcept {
  std::size_t used = 0;
  for (const arena_large* at = spare_; at != nullptr; at = at->next) {
    if (at->serial > round_serial_) used += at->bytes;
  }
  recent_ = std::max(used, recent_ - (recent_ + 7) / 8);  // down to nothing
  round_serial_ = serial_;
}

void arena_large_blocks::keep_recent() noexcept {
  std::size_t kept = 0;
  arena_large** link = &spare_;
  for (; *link != nullptr && kept < recent_; link = &(*link)->next) kept += (*link)->bytes;
  while (*link != nullptr) give_back(*link);
}

// -- Looking inside -------------------------------------------------------------------

std::size_t arena_large_blocks::usable(const void* block) const noexcept {
  arena_large** const found = find(block);
  return found == nullptr ? 0 : (*found)->usable();
}

bool arena_large_blocks::owns(const void* address) const noexcept {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  for (const arena_large* at = live_; at != nullptr; at = at->next) {
    if (wanted - reinterpret_cast<std::uintptr_t>(at->block) < at->usable()) return true;
  }
  return false;
}

void arena_large_blocks::add_to(arena_statistics& figures) const noexcept {
  for (const arena_large* at = live_; at != nullptr; at = at->next) {
    ++figures.large_blocks;
    figures.reserved += at->bytes;
    figures.overhead += at->bytes - at->usable();
  }
  for (const arena_large* at = spare_; at != nullptr; at = at->next) {
    ++figures.large_spare;
    figures.reserved += at->bytes;
    figures.spare += at->usable();
    figures.overhead += at->bytes - at->usable();
  }
}

}  // namespace strata::detail
