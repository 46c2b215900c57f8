// The cold half of strata::arena: chunks come, are left, entered again and go.
// Checkpoints and figures are in public_arena_checkpoints.cpp and
// public_arena_statistics.cpp.
#include <strata/arena/detail/arena_core.hpp>

#include <algorithm>
#include <limits>
#include <new>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/error.hpp>

#include "arena/chunk.hpp"

namespace strata::detail {
namespace {

constexpr std::size_t chunk_size(std::size_t wanted) noexcept {
  constexpr std::size_t most = std::size_t{1} << (std::numeric_limits<std::size_t>::digits - 2);
  const std::size_t bytes = std::clamp(wanted, arena_core::chunk_bytes_min, most);
  return (bytes + arena_core::chunk_alignment - 1) & ~(arena_core::chunk_alignment - 1);
}

constexpr std::size_t doubled(std::size_t bytes, std::size_t most) noexcept {
  return std::min(bytes * 2, most);
}

}  // namespace

arena_core::arena_core(const arena_options& options)
    : chunk_bytes_(chunk_size(options.chunk_bytes)),
      chunk_bytes_max_(std::max(chunk_bytes_, chunk_size(options.chunk_bytes_max))),
      chunk_bytes_next_(chunk_bytes_),
      source_(options),
      large_(source_, options) {
  large_above_ = chunk_bytes_ / large_share;
}

arena_core::~arena_core() { reset(arena_keep::none()); }

void arena_core::refuse(std::size_t bytes) const { throw out_of_memory(name(), bytes); }

// -- Allocation -----------------------------------------------------------------

void* arena_core::take_slow(std::size_t bytes, std::size_t alignment,
                            std::size_t granule) noexcept {
  if (bytes > PTRDIFF_MAX || alignment > PTRDIFF_MAX - bytes) return nullptr;
  const std::size_t least = std::max<std::size_t>(bytes, 1);
  if (void* const block = take_here(least, alignment, granule)) return block;
  const std::size_t needed = least + (alignment > chunk_alignment ? alignment : 0);
  note_peak();
  if (needed > chunk_bytes_next_ / large_share) {
    return large_.take(least, std::max(alignment, granule));
  }
  return enter_chunk_for(needed) ? take_here(least, alignment, granule) : nullptr;
}

void* arena_core::take_here(std::size_t bytes, std::size_t alignment,
                            std::size_t granule) noexcept {
  const std::size_t step = std::max(alignment, granule) - 1;
  const std::uintptr_t start = (cursor_ + step) & ~step;
  if (start > end_ || bytes > end_ - start) return nullptr;
  cursor_ = (start + bytes + granule - 1) & ~(granule - 1);
  void* const block = reinterpret_cast<void*>(start);
  unpoison(block, bytes);
  return block;
}

// -- Chunks -----------------------------------------------------------------------

arena_chunk*& arena_core::behind_current() noexcept {
  return current_ == nullptr ? first_ : current_->next;
}

// The first kept chunk that has room moves to the front of those that are kept.
bool arena_core::enter_chunk_for(std::size_t bytes) noexcept {
  arena_chunk*& here = behind_current();
  arena_chunk** link = &here;
  while (*link != nullptr && (*link)->capacity() < bytes) link = &(*link)->next;
  arena_chunk* next = *link;
  if (next != nullptr) {
    *link = next->next;
  } else {
    next = make_chunk(bytes);
    if (next == nullptr) return false;
  }
  next->next = here;
  here = next;
  enter(*next);
  return true;
}

// What is refused may be had in a smaller piece: a limit is used up to its end.
arena_chunk* arena_core::make_chunk(std::size_t room) noexcept {
  const std::size_t least = std::max(chunk_bytes_min, room + chunk_alignment);
  std::size_t wanted = chunk_bytes_next_;
  sized_block range = source_.take(wanted, chunk_alignment);
  if (range.block == nullptr && large_.keep_spare(0) != 0) {
    range = source_.take(wanted, chunk_alignment);
  }
  while (range.block == nullptr && wanted / 2 >= least) {
    wanted = chunk_size(wanted / 2);
    range = source_.take(wanted, chunk_alignment);
  }
  if (range.block == nullptr) return nullptr;
  if (wanted == chunk_bytes_next_) chunk_bytes_next_ = doubled(wanted, chunk_bytes_max_);
  auto* const made = ::new (range.block) arena_chunk{nullptr, range.bytes, 0, 0, 0};
  poison(reinterpret_cast<void*>(made->begin()), made->capacity());
  return made;
}

void arena_core::enter(arena_chunk& next) noexcept {
  next.allocated_before = 0;
  next.reserved_before = 0;
  if (current_ != nullptr) {
    current_->left_at = cursor_;
    next.allocated_before = current_->allocated_before + (cursor_ - current_->begin());
    next.reserved_before = current_->reserved_before + current_->bytes;
  }
  round_peak_ = std::max(round_peak_, next.reserved_before + next.bytes);
  current_ = &next;
  cursor_ = high_ = next.begin();
  end_ = next.end();
  floor_ = 0;
}

void arena_core::stand_before_all() noexcept {
  current_ = nullptr;
  cursor_ = high_ = end_ = floor_ = 0;
}

void arena_core::free_chunks_from(arena_chunk*& link) noexcept {
  arena_chunk* chunk = link;
  link = nullptr;
  while (chunk != nullptr) {
    arena_chunk* const next = chunk->next;
    unpoison(reinterpret_cast<void*>(chunk->begin()), chunk->capacity());
    source_.give(chunk, chunk->bytes, chunk_alignment);
    chunk = next;
  }
}

void arena_core::plan_next_chunk() noexcept {
  std::size_t largest = 0;
  for (const arena_chunk* at = first_; at != nullptr; at = at->next) {
    largest = std::max(largest, at->bytes);
  }
  chunk_bytes_next_ = largest == 0 ? chunk_bytes_ : doubled(largest, chunk_bytes_max_);
}

// Returns: whether it was a large block, which has ended.
bool arena_core::give_slow(void* block, std::size_t bytes) noexcept {
  const auto start = reinterpret_cast<std::uintptr_t>(block);
  const std::uintptr_t stop = start + std::max<std::size_t>(bytes, 1);
  if (stop > cursor_ && start < end_) report_no_block_of_arena(name(), block, bytes);
  note_peak();
  return large_.end(block);
}

// -- The whole arena --------------------------------------------------------------------

void arena_core::reset(arena_keep keep) noexcept {
  run_cleanups_until(nullptr);
  note_peak();
  large_.end_younger_than(0);
  poison_from({});
  stand_before_all();
  open_ = 0;

  recent_peak_ = std::max(round_peak_, recent_peak_ - recent_peak_ / 8);
  round_peak_ = 0;
  if (keep.bytes() != SIZE_MAX) {
    free_chunks_from(first_beyond(keep));
    plan_next_chunk();
  }
  keep_large(keep);
  if (first_ != nullptr) enter(*first_);
}

arena_chunk*& arena_core::first_beyond(arena_keep keep) noexcept {
  std::size_t kept = 0;
  arena_chunk** link = &first_;
  const auto stays = [&](const arena_chunk& chunk) {
    return keep.is_recent_peak() ? kept < recent_peak_ : chunk.bytes <= keep.bytes() - kept;
  };
  while (*link != nullptr && stays(**link)) {
    kept += (*link)->bytes;
    link = &(*link)->next;
  }
  return *link;
}

void arena_core::keep_large(arena_keep keep) noexcept {
  large_.begin_round();
  if (keep.is_recent_peak()) {
    large_.keep_recent();
  } else if (keep.bytes() != SIZE_MAX) {
    large_.keep_spare(keep.bytes() - bytes_from(first_));
  }
}

std::size_t arena_core::bytes_from(const arena_chunk* chunk) noexcept {
  std::size_t bytes = 0;
  for (; chunk != nullptr; chunk = chunk->next) bytes += chunk->bytes;
  return bytes;
}

std::size_t arena_core::purge() noexcept {
  const std::size_t bytes = bytes_from(behind_current()) + large_.keep_spare(0);
  free_chunks_from(behind_current());
  plan_next_chunk();
  return bytes;
}

}  // namespace strata::detail
