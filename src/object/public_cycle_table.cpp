// Leaves and their directory; see strata/object/detail/cycle_table.hpp.
#include <strata/object/detail/cycle_table.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace strata::detail {
namespace {

constexpr std::size_t leaf_bytes = cycle_table::leaf_words * sizeof(std::uint32_t);
constexpr std::size_t slots_min = 64;
constexpr std::size_t words_at_once = 64;

std::size_t hash_of(std::uintptr_t page) noexcept {
  return static_cast<std::size_t>(page * 0x9e3779b97f4a7c15u >> 32);
}

}  // namespace

cycle_table::~cycle_table() {
  while (clear_some()) {
  }
}

bool cycle_table::look_up(std::uintptr_t page) noexcept {
  if (capacity_ == 0) return false;
  for (std::size_t at = hash_of(page);; ++at) {
    const slot& found = slots_[at & (capacity_ - 1)];
    if (found.page == 0) return false;
    if (found.page != page + 1) continue;
    recent_page_ = page;
    recent_leaf_ = found.leaf;
    return true;
  }
}

void cycle_table::insert(std::uintptr_t page, std::uint32_t* leaf) noexcept {
  std::size_t at = hash_of(page);
  while (slots_[at & (capacity_ - 1)].page != 0) ++at;
  slots_[at & (capacity_ - 1)] = {page + 1, leaf};
}

std::uint32_t* cycle_table::add_leaf(const object_header& header) noexcept {
  if (leaves_ * 2 >= capacity_ && !grow()) return nullptr;
  void* const memory = memory_->try_allocate(leaf_bytes, alignof(std::uint32_t));
  if (memory == nullptr) return nullptr;
  std::memset(memory, 0, leaf_bytes);
  recent_page_ = page_of(header);
  recent_leaf_ = static_cast<std::uint32_t*>(memory);
  insert(recent_page_, recent_leaf_);
  ++leaves_;
  return &recent_leaf_[word_of(header)];
}

bool cycle_table::grow() noexcept {
  const std::size_t larger = std::max(slots_min, capacity_ * 2);
  void* const memory = memory_->try_allocate(larger * sizeof(slot), alignof(slot));
  if (memory == nullptr) return false;
  std::memset(memory, 0, larger * sizeof(slot));
  slot* const old = std::exchange(slots_, static_cast<slot*>(memory));
  const std::size_t old_capacity = std::exchange(capacity_, larger);
  for (std::size_t at = 0; at < old_capacity; ++at) {
    if (old[at].page != 0) insert(old[at].page - 1, old[at].leaf);
  }
  if (old != nullptr) memory_->deallocate(old, old_capacity * sizeof(slot), alignof(slot));
  return true;
}

object_header* cycle_table::cursor::next(cycle_table& table) noexcept {
  const slot& at = table.slots_[slot_];
  if (at.page == 0) {
    ++slot_;
    return nullptr;
  }
  const std::size_t end = std::min(word_ + words_at_once, leaf_words);
  while (word_ < end && (at.leaf[word_] & known) == 0) ++word_;
  object_header* found = nullptr;
  if (word_ < end) {
    const std::uintptr_t address = (at.page - 1) * leaf_addresses + word_++ * object_header_bytes;
    found = reinterpret_cast<object_header*>(address);
  }
  if (word_ == leaf_words) {
    word_ = 0;
    ++slot_;
  }
  return found;
}

bool cycle_table::clear_some() noexcept {
  recent_page_ = UINTPTR_MAX;
  for (; given_ < capacity_; ++given_) {
    if (slots_[given_].page == 0) continue;
    memory_->deallocate(slots_[given_++].leaf, leaf_bytes, alignof(std::uint32_t));
    return true;
  }
  if (slots_ != nullptr) memory_->deallocate(slots_, capacity_ * sizeof(slot), alignof(slot));
  slots_ = nullptr;
  capacity_ = leaves_ = given_ = 0;
  return false;
}

std::size_t cycle_table::bytes() const noexcept {
  return leaves_ * leaf_bytes + capacity_ * sizeof(slot);
}

}  // namespace strata::detail
