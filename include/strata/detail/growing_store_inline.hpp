// The cold functions of growing_store: how it grows and shrinks. Not for programs.
#pragma once

#include <strata/detail/growing_store.hpp>

namespace strata::detail {

template <std::size_t Stride, slot_strategy Strategy, bool Keeps>
template <class Prepare>
std::byte* growing_store<Stride, Strategy, Keeps>::take_slow(Prepare&& prepare) {
  for (;;) {
    while (none_.next != &none_) {
      if (std::byte* const slot = none_.next->block.take(); slot != nullptr) {
        ++size_;
        return slot;
      }
      none_.next->unlink();
    }
    if (!grow(prepare)) return nullptr;
  }
}

// Several chunks may be needed for a step; those that were added before a refusal
// stay, because the request itself is served.
template <std::size_t Stride, slot_strategy Strategy, bool Keeps>
template <class Prepare>
bool growing_store<Stride, Strategy, Keeps>::grow(Prepare&& prepare) {
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

template <std::size_t Stride, slot_strategy Strategy, bool Keeps>
template <class Prepare>
bool growing_store<Stride, Strategy, Keeps>::add_all(std::size_t slots, Prepare&& prepare) {
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

template <std::size_t Stride, slot_strategy Strategy, bool Keeps>
template <class Prepare>
bool growing_store<Stride, Strategy, Keeps>::add_chunk(std::size_t slots, Prepare&& prepare) {
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

// Only what succeeded in everything that can fail becomes part of the pool.
template <std::size_t Stride, slot_strategy Strategy, bool Keeps>
template <class Prepare>
bool growing_store<Stride, Strategy, Keeps>::enter(chunk& added, Prepare&& prepare) {
  if constexpr (Keeps) {
    try {
      prepare(added.block);
    } catch (...) {
      discard(added);
      throw;
    }
  }
  if (!directory_.make_room()) {
    refused_bytes_ = added.bytes;
    return false;
  }
  directory_.insert(&added);
  held_bytes_ += added.bytes;
  capacity_ += added.block.capacity();
  update_range();
  added.link_after(*none_.previous);
  return true;
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps>
void growing_store<Stride, Strategy, Keeps>::discard(chunk& gone) noexcept {
  if constexpr (Keeps) retire_(gone.block);
  const std::size_t bytes = gone.bytes;
  gone.block.close();
  gone.owner = nullptr;
  memory_.deallocate(&gone, bytes, chunk::chunk_bytes);
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps>
void growing_store<Stride, Strategy, Keeps>::return_chunk(chunk& gone) noexcept {
  if (gone.listed) gone.unlink();
  directory_.erase(&gone);
  held_bytes_ -= gone.bytes;
  capacity_ -= gone.block.capacity();
  update_range();
  discard(gone);
}

// At the end of the ring a chunk gathers free slots before it serves; at the front
// the next take would drop it again.
template <std::size_t Stride, slot_strategy Strategy, bool Keeps>
void growing_store<Stride, Strategy, Keeps>::relist_or_return(chunk& of, bool is_empty) noexcept {
  if (!of.listed) of.link_after(*none_.previous);
  if (is_empty && pins_ == 0 && may_return(of, retain_)) return_chunk(of);
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps>
void growing_store<Stride, Strategy, Keeps>::return_empty(std::size_t retain) noexcept {
  for (std::size_t i = directory_.size(); i-- != 0;) {
    auto& of = *static_cast<chunk*>(directory_[i]);
    if (of.block.used() == 0 && may_return(of, retain)) return_chunk(of);
  }
}

template <std::size_t Stride, slot_strategy Strategy, bool Keeps>
bool growing_store<Stride, Strategy, Keeps>::invariant() const noexcept {
  std::size_t used = 0;
  std::size_t slots = 0;
  for (std::size_t i = 0; i < directory_.size(); ++i) {
    const auto& of = *static_cast<const chunk*>(directory_[i]);
    if (!of.block.invariant() || of.owner != this) return false;
    if (!of.listed && of.block.used() != of.block.capacity()) return false;
    used += of.block.used();
    slots += of.block.capacity();
  }
  return used == size_ && slots == capacity_ && capacity_ <= maximum_;
}

}  // namespace strata::detail
