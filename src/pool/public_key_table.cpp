// The rare half of the table of keys: growth, retirement, and its check of itself.
#include <strata/pool/detail/key_table.hpp>
#include <strata/pool/pool_error.hpp>

#include <algorithm>
#include <cstring>

namespace strata::detail {
namespace {

constexpr std::size_t first_entries = 256;  // a page of 4 KiB

}  // namespace

key_table::~key_table() {
  if (entries_ != nullptr) memory_.deallocate(entries_, bytes(), alignof(entry));
}

// While memory is asked for, a pressure handler may make keys of its own.
bool key_table::reserve(std::size_t entries) noexcept {
  if (entries <= capacity_) return true;
  if (entries > entries_max_) return false;
  const std::size_t bytes_wanted = entries * sizeof(entry);
  auto* const larger = static_cast<entry*>(memory_.try_allocate(bytes_wanted, alignof(entry)));
  if (larger == nullptr) return entries <= capacity_;
  if (entries <= capacity_) {
    memory_.deallocate(larger, bytes_wanted, alignof(entry));
    return true;
  }
  if (entries_ != nullptr) {
    std::memcpy(larger, entries_, made_ * sizeof(entry));
    memory_.deallocate(entries_, bytes(), alignof(entry));
  }
  entries_ = larger;
  capacity_ = entries;
  return true;
}

std::uint32_t key_table::make() noexcept {
  while (made_ == capacity_) {
    if (capacity_ == entries_max_) return none;
    const std::size_t doubled = std::max(first_entries, capacity_ * 2);
    if (!reserve(std::min(doubled, entries_max_))) return none;
  }
  entries_[made_] = {.object = nullptr, .generation = 1, .next = none};
  return made_++;
}

void key_table::retire(std::uint32_t index) noexcept {
  entries_[index].generation = 0;
  ++retired_;
}

void key_table::refuse(std::size_t object_bytes) const {
  if (capacity_ < entries_max_) {
    memory_.refuse(std::min(std::max(first_entries, capacity_ * 2), entries_max_) * sizeof(entry));
  }
  throw pool_exhausted(memory_.name(), entries_max_ - retired_, live_, 1, object_bytes);
}

bool key_table::invariant() const noexcept {
  std::size_t in_use = 0;
  std::size_t retired = 0;
  for (std::uint32_t i = 0; i < made_; ++i) {
    if (entries_[i].object != nullptr) ++in_use;
    if (entries_[i].generation == 0) ++retired;
    if (entries_[i].generation > generation_max_) return false;
    if (entries_[i].generation == 0 && entries_[i].object != nullptr) return false;
  }
  std::size_t listed = 0;
  for (std::uint32_t i = first_free_; i != none; i = entries_[i].next) {
    if (i >= made_ || entries_[i].object != nullptr || entries_[i].generation == 0) return false;
    if (++listed > made_) return false;
  }
  return in_use == live_ && retired == retired_ && in_use + retired + listed <= made_ &&
         made_ <= capacity_;
}

}  // namespace strata::detail
