// The chained hash table of checked blocks; see the header.
#include "adaptor/checked_table.hpp"

#include <memory>
#include <new>
#include <utility>

#include <strata/resource/detail/upstream.hpp>

namespace strata::core {
namespace {

constexpr std::size_t bucket_bytes = sizeof(void*);

// Multiplicative hashing (Knuth, The Art of Computer Programming, 6.4): the
// upper half of the product depends on all bits of the address.
std::size_t hash_of(const void* user) noexcept {
  return (reinterpret_cast<std::uintptr_t>(user) * 0x9e3779b97f4a7c15) >> 32;
}

}  // namespace

checked_block* checked_table::find(const void* user) const noexcept {
  if (bucket_count_ == 0) return nullptr;
  checked_block* block = buckets_[bucket_of(user)];
  while (block != nullptr && block->user != user) block = block->next_in_bucket;
  return block;
}

checked_block* checked_table::insert(std::byte* user) noexcept {
  if (size_ >= grow_at_) grow();
  if (bucket_count_ == 0) return nullptr;
  checked_block* const block = make();
  if (block == nullptr) return nullptr;
  checked_block*& bucket = buckets_[bucket_of(user)];
  *block = {.user = user, .next_in_bucket = bucket};
  bucket = block;
  ++size_;
  return block;
}

void checked_table::erase(checked_block& block) noexcept {
  checked_block** link = &buckets_[bucket_of(block.user)];
  while (*link != &block) link = &(*link)->next_in_bucket;
  *link = block.next_in_bucket;
  block.next_in_bucket = std::exchange(free_, &block);
  --size_;
}

std::size_t checked_table::bucket_of(const void* user) const noexcept {
  return hash_of(user) & (bucket_count_ - 1);
}

checked_block* checked_table::make() noexcept {
  if (free_ != nullptr) return std::exchange(free_, free_->next_in_bucket);
  void* const memory = detail::try_allocate_from(static_cast<std::pmr::memory_resource&>(chunks_),
                                                 sizeof(checked_block), alignof(checked_block));
  return memory == nullptr ? nullptr : ::new (memory) checked_block;
}

void checked_table::grow() noexcept {
  const std::size_t count = bucket_count_ == 0 ? first_bucket_count : bucket_count_ * 2;
  void* const memory = detail::try_allocate_from(*memory_, count * bucket_bytes, alignof(void*));
  if (memory == nullptr) {
    grow_at_ = size_ + bucket_count_ / 4;
    return;
  }
  auto** const grown = static_cast<checked_block**>(memory);
  std::uninitialized_fill_n(grown, count, nullptr);
  checked_block** const old = std::exchange(buckets_, grown);
  const std::size_t old_count = std::exchange(bucket_count_, count);
  grow_at_ = count;
  for (std::size_t i = 0; i < old_count; ++i) {
    for (checked_block* block = old[i]; block != nullptr;) {
      checked_block* const next = block->next_in_bucket;
      checked_block*& bucket = buckets_[bucket_of(block->user)];
      block->next_in_bucket = std::exchange(bucket, block);
      block = next;
    }
  }
  end_buckets(old, old_count);
}

void checked_table::end_buckets(checked_block** buckets, std::size_t count) noexcept {
  if (buckets == nullptr) return;
  memory_->deallocate(buckets, count * bucket_bytes, alignof(void*));
}

}  // namespace strata::core
