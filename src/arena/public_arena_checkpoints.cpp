// Checkpoints of arenas: where the arena stood, the way back, and what shows that
// the way is wrong.
//
// Open checkpoints are numbered by depth, and each has a serial that is never
// given again. The arena remembers the last serial at each depth, as far as its
// table of sixteen goes: a checkpoint deeper than the open ones, or with another
// serial than the last at its depth, ended before.
#include <algorithm>

#include <strata/arena/detail/arena_core.hpp>
#include <strata/base/detail/diagnosis.hpp>

#include "arena/chunk.hpp"

namespace strata::detail {

arena_place arena_core::open_checkpoint() noexcept {
  ++open_;
  known_[open_ % checkpoints_known] = {open_, ++serial_};
  const arena_place here{.arena = this,
                         .chunk = current_,
                         .cursor = cursor_,
                         .floor = floor_,
                         .cleanups = cleanups_,
                         .large_serial = large_.serial(),
                         .depth = open_,
                         .serial = serial_};
  floor_ = cursor_;
  return here;
}

void arena_core::check_open(const arena_place& which) const noexcept {
  if (which.arena != this) report_foreign_checkpoint(name(), which.arena, this);
  const known_checkpoint& known = known_[which.depth % checkpoints_known];
  const bool ended = known.depth == which.depth && known.serial != which.serial;
  if (ended || which.depth > open_) report_ended_checkpoint(name(), which.depth, open_);
}

void arena_core::rewind(const arena_place& to) noexcept {
  check_open(to);
  run_cleanups_until(to.cleanups);
  note_peak();
  large_.end_younger_than(to.large_serial);
  poison_from(to);
  if (to.chunk == nullptr) {
    stand_before_all();
  } else {
    current_ = to.chunk;
    cursor_ = high_ = to.cursor;
    end_ = current_->end();
  }
  floor_ = cursor_;
  open_ = to.depth;
}

void arena_core::close_checkpoint(const arena_place& which) noexcept {
  check_open(which);
  open_ = which.depth - 1;
  floor_ = current_ == which.chunk ? which.floor : 0;
}

// A destructor may register others, and they run too.
void arena_core::run_cleanups_until(const arena_cleanup* stop) noexcept {
  while (cleanups_ != stop) {
    const arena_cleanup ending = *cleanups_;
    cleanups_ = ending.next;
    ending.run(ending.object, ending.count);
  }
}

// From the place to the cursor, over all chunks between.
void arena_core::poison_from(const arena_place& from) const noexcept {
  if constexpr (!poisons) return;
  const arena_chunk* chunk = from.chunk == nullptr ? first_ : from.chunk;
  std::uintptr_t start = from.cursor;
  while (current_ != nullptr && chunk != nullptr) {
    if (start == 0) start = chunk->begin();
    const std::uintptr_t end = chunk == current_ ? cursor_ : chunk->left_at;
    if (end > start) poison(reinterpret_cast<void*>(start), end - start);
    if (chunk == current_) return;
    chunk = chunk->next;
    start = 0;
  }
}

}  // namespace strata::detail
