// The functions of growing_store: what the two ways to know free slots differ in, and
// how it grows and shrinks. Not for programs.
#pragma once

#include <strata/pool/detail/growing_store.hpp>

namespace strata::detail {

// -- With one set of free slots, and without ------------------------------------------

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
std::byte* growing_store<Stride, Strategy, Keeps, Ends>::take_free() noexcept {
  if constexpr (shares) {
    std::byte* const slot = free_.pop();
    if (slot != nullptr) unpoison(slot, Stride);
    return slot;
  } else {
    std::byte* const slot = none_.next->block.take();
    if (slot != nullptr) ++taken_;
    return slot;
  }
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
void growing_store<Stride, Strategy, Keeps, Ends>::show_live() const noexcept {
  if constexpr (shares) {
    if (counts_used_) free_.unseal();  // which says nothing of what was written down
    for (std::size_t i = 0; i < directory_.size() && !free_.is_sealed(); ++i) {
      const auto& block = static_cast<const chunk*>(directory_[i])->block;
      block.show(block.opened());
    }
    free_.for_each_unsealed([](const std::byte* slot) { chunk::of(slot)->block.hide(slot); });
    free_.seal();
  }
}

// Pools that never return a chunk by themselves do not count, but when they are asked.
template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
void growing_store<Stride, Strategy, Keeps, Ends>::count_used() noexcept {
  if constexpr (shares) {
    for (std::size_t i = 0; i < directory_.size(); ++i) {
      auto& block = static_cast<chunk*>(directory_[i])->block;
      block.set_used(block.opened());
    }
    free_.for_each([](const std::byte* slot) {
      auto& block = chunk::of(slot)->block;
      block.set_used(block.used() - 1);
    });
  }
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
void growing_store<Stride, Strategy, Keeps, Ends>::count_released(chunk& of) noexcept {
  of.block.set_used(of.block.used() - 1);
  if (of.block.used() == 0) relist_or_return(of, true);
  send_takes_elsewhere();
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
void growing_store<Stride, Strategy, Keeps, Ends>::count_taken(const std::byte* slot) noexcept {
  if (!counts_used_) return;
  block_type& of = block_of(slot);
  of.set_used(of.used() + 1);
  send_takes_elsewhere();
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
void growing_store<Stride, Strategy, Keeps, Ends>::send_takes_elsewhere() noexcept {
  if constexpr (shares) {
    if (counts_used_ && pins_ == 0) free_.seal();
  }
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
bool growing_store<Stride, Strategy, Keeps, Ends>::make_room_for(std::size_t slots) noexcept {
  if constexpr (shares) {
    return free_.make_room(slots);
  } else {
    return true;
  }
}

// The slots of a chunk that goes, none of which is used.
template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
void growing_store<Stride, Strategy, Keeps, Ends>::forget_slots(const chunk& gone) noexcept {
  if constexpr (shares) {
    peak_ = std::max(peak_, taken_);
    taken_ -= gone.block.opened();
    for (std::size_t i = 0; i < gone.block.opened(); ++i) free_.erase(gone.block.address(i));
    free_.trim(capacity_);
  }
}

// -- Growth ---------------------------------------------------------------------------

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
template <class Prepare>
std::byte* growing_store<Stride, Strategy, Keeps, Ends>::take_slow(Prepare&& prepare) {
  for (;;) {
    if (std::byte* const slot = take_known(); slot != nullptr) return slot;
    // Before a refusal a pressure handler may have released objects of this pool.
    if (!grow(prepare)) return take_known();
  }
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
std::byte* growing_store<Stride, Strategy, Keeps, Ends>::take_known() noexcept {
  if constexpr (shares) {
    free_.unseal();
    if (std::byte* const slot = take_free(); slot != nullptr) {
      count_taken(slot);
      return slot;
    }
  }
  while (none_.next != &none_) {
    if (std::byte* const slot = none_.next->block.take(); slot != nullptr) {
      table_.update(*none_.next);
      ++taken_;
      return slot;
    }
    none_.next->unlink();
  }
  return nullptr;
}

// Several chunks may be needed for a step; those that were added before a refusal
// stay, because the request itself is served.
template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
template <class Prepare>
bool growing_store<Stride, Strategy, Keeps, Ends>::grow(Prepare&& prepare) {
  refused_bytes_ = 0;
  const std::size_t before = capacity_;
  const std::size_t room = maximum_ > before ? maximum_ - before : 0;
  std::size_t left = room == 0 ? 0 : std::min(growth_.slots_to_add(before), room);
  while (left != 0) {
    const std::size_t slots = std::min(left, chunk_slots_);
    if (!add_chunk(slots, prepare)) break;
    left -= slots;
  }
  if (capacity_ == before) return false;
  ++growths_;
  return true;
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
template <class Prepare>
bool growing_store<Stride, Strategy, Keeps, Ends>::add_all(std::size_t slots, Prepare&& prepare) {
  // Takes back what was added when not all of it could be. New chunks stand at the
  // end of the ring; one that an initialiser put to use meanwhile stays.
  struct rollback {
    growing_store& store;
    std::size_t chunks = 0;

    ~rollback() {
      for (; chunks != 0 && store.none_.previous->block.used() == 0; --chunks) {
        store.return_chunk(*store.none_.previous);
      }
    }
  } undo{*this};
  for (std::size_t left = slots; left != 0;) {
    const std::size_t more = std::min(left, chunk_slots_);
    if (!add_chunk(more, prepare)) return false;
    ++undo.chunks;
    left -= more;
  }
  undo.chunks = 0;
  ++growths_;
  return true;
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
template <class Prepare>
bool growing_store<Stride, Strategy, Keeps, Ends>::add_chunk(std::size_t slots, Prepare&& prepare) {
  const request open(*this);
  const std::size_t bytes = chunk::bytes_for(slots, alignment_);
  auto* const memory = static_cast<std::byte*>(memory_.try_allocate(bytes, chunk::chunk_bytes));
  if (memory == nullptr) {
    refused_bytes_ = bytes;
    return false;
  }
  auto* const added = ::new (static_cast<void*>(memory)) chunk();
  added->bytes = bytes;
  added->owner = this;
  added->block.open(memory + chunk::first_offset(alignment_), slots,
                    memory + chunk::side_offset(slots, alignment_));
  if (!enter(*added, prepare)) {
    discard(*added);
    return false;
  }
  return true;
}

// Only what succeeded in everything that can fail becomes part of the pool. The set comes
// last of that: in other cells it has no seal, which pools that count put there again.
template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
template <class Prepare>
bool growing_store<Stride, Strategy, Keeps, Ends>::enter(chunk& added, Prepare&& prepare) {
  if constexpr (Keeps) {
    try {
      prepare(added.block);
    } catch (...) {
      discard(added);
      throw;
    }
  }
  if (!directory_.make_room() || !make_room_for(capacity_ + added.block.capacity())) {
    refused_bytes_ = added.bytes;
    return false;
  }
  directory_.insert(&added);
  held_bytes_ += added.bytes;
  capacity_ += added.block.capacity();
  if (!counts_used_) table_.insert(directory_, added);
  added.link_after(*none_.previous);
  if constexpr (shares) added.block.join(free_);
  send_takes_elsewhere();  // the set may have other cells now, and no seal
  return true;
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
void growing_store<Stride, Strategy, Keeps, Ends>::discard(chunk& gone) noexcept {
  if constexpr (Keeps) retire_(gone.block);
  const std::size_t bytes = gone.bytes;
  gone.block.close();
  gone.owner = nullptr;
  memory_.deallocate(&gone, bytes, chunk::chunk_bytes);
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
void growing_store<Stride, Strategy, Keeps, Ends>::return_chunk(chunk& gone) noexcept {
  const request open(*this);
  if (gone.listed) gone.unlink();
  directory_.erase(&gone);
  held_bytes_ -= gone.bytes;
  capacity_ -= gone.block.capacity();
  table_.erase(directory_, gone);
  forget_slots(gone);
  discard(gone);
  send_takes_elsewhere();
}

// At the end of the ring a chunk gathers free slots before it serves; at the front
// the next take would drop it again.
template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
void growing_store<Stride, Strategy, Keeps, Ends>::relist_or_return(chunk& of,
                                                                    bool is_empty) noexcept {
  if (!shares && !of.listed) of.link_after(*none_.previous);
  if (is_empty && pins_ == 0 && requests_ == 0 && may_return(of, retain_)) return_chunk(of);
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
void growing_store<Stride, Strategy, Keeps, Ends>::return_empty(std::size_t retain) noexcept {
  count_used();
  if (pins_ != 0 || requests_ != 0) return;
  for (std::size_t i = directory_.size(); i-- != 0;) {
    auto& of = *static_cast<chunk*>(directory_[i]);
    if (of.block.used() == 0 && may_return(of, retain)) return_chunk(of);
  }
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
bool growing_store<Stride, Strategy, Keeps, Ends>::is_sound(const chunk& of) const noexcept {
  if (of.owner != this) return false;
  if constexpr (shares) {
    const std::size_t opened = of.block.opened();
    return opened <= of.block.capacity() && (of.listed || opened == of.block.capacity());
  } else {
    return of.block.invariant() && (of.listed || of.block.used() == of.block.capacity());
  }
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
bool growing_store<Stride, Strategy, Keeps, Ends>::invariant() const noexcept {
  std::size_t taken = 0;
  std::size_t used = 0;
  std::size_t slots = 0;
  for (std::size_t i = 0; i < directory_.size(); ++i) {
    const auto& of = *static_cast<const chunk*>(directory_[i]);
    if (!is_sound(of) || !table_.invariant(of)) return false;
    taken += taken_of(of);
    used += of.block.used();
    slots += of.block.capacity();
  }
  bool agrees = taken == taken_ && slots == capacity_ && capacity_ <= maximum_;
  if constexpr (shares) {
    agrees = agrees && (!counts_used_ || pins_ != 0 || used == size());
    free_.for_each([&](const std::byte* slot) {
      const chunk* const of = chunk::of(slot);
      agrees = agrees && directory_.contains(of) && of->block.index_of(slot) < of->block.opened() &&
               free_.contains(slot);
    });
  }
  return agrees;
}

}  // namespace strata::detail
