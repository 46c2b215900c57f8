// How the cells of a growing pool's free slots grow and shrink.
#include <strata/pool/detail/common_free_set.hpp>

#include <algorithm>

namespace strata::detail {

common_free_set::~common_free_set() { give_back(cells()); }

void common_free_set::give_back(std::byte** cells) noexcept {
  if (room_ != 0) memory_->deallocate(cells, bytes_for(room_), alignof(std::byte*));
}

bool common_free_set::move(std::size_t slots) noexcept {
  std::byte** after = none_;
  if (slots != 0) {
    after = static_cast<std::byte**>(memory_->try_allocate(bytes_for(slots), alignof(std::byte*)));
    if (after == nullptr) return false;
  }
  std::byte** const before = cells();
  move_to(after, slots);
  give_back(before);
  room_ = slots;
  return true;
}

bool common_free_set::make_room(std::size_t slots) noexcept {
  return slots <= room_ || move(std::max(slots, room_ * 2)) || move(slots);
}

void common_free_set::trim(std::size_t slots) noexcept {
  if (slots <= room_ / 4 && slots != room_) (void)move(slots);
}

}  // namespace strata::detail
