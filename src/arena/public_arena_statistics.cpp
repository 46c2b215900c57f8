// What an arena says about itself.
#include <algorithm>

#include <strata/arena/detail/arena_core.hpp>

#include "arena/chunk.hpp"

namespace strata::detail {

std::size_t arena_core::allocated() const noexcept {
  if (current_ == nullptr) return large_.bytes();
  return current_->allocated_before + (cursor_ - current_->begin()) + large_.bytes();
}

// Bytes of large blocks change only where the peak was noted just before, so those
// of now are those of when the cursor stood highest.
std::size_t arena_core::peak() const noexcept {
  const std::uintptr_t above = high_ > cursor_ ? high_ - cursor_ : 0;
  return std::max(peak_, allocated() + above);
}

void arena_core::note_peak() noexcept {
  peak_ = peak();
  high_ = cursor_;
}

bool arena_core::owns(const void* block) const noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  for (const arena_chunk* at = first_; at != nullptr && current_ != nullptr; at = at->next) {
    if (at->holds(address)) return at != current_ || address < cursor_;
    if (at == current_) break;
  }
  return large_.owns(block);
}

arena_statistics arena_core::statistics() const noexcept {
  arena_statistics now{};
  now.allocated = allocated();
  now.remaining = remaining();
  now.peak = peak();
  bool in_use = current_ != nullptr;
  for (const arena_chunk* at = first_; at != nullptr; at = at->next) {
    ++now.chunks;
    now.reserved += at->bytes;
    now.overhead += at->bytes - at->capacity();
    if (!in_use) now.spare += at->capacity();
    if (in_use && at != current_) now.abandoned += at->end() - at->left_at;
    if (at == current_) in_use = false;
  }
  large_.add_to(now);
  return now;
}

}  // namespace strata::detail
