// An ascending array of chunk addresses; see strata/pool/detail/chunk_directory.hpp.
#include <strata/pool/detail/chunk_directory.hpp>

#include <algorithm>
#include <functional>

namespace strata::detail {

chunk_directory::~chunk_directory() {
  if (chunks_ != few_) memory_->deallocate(chunks_, room_ * sizeof(void*), alignof(void*));
}

bool chunk_directory::make_room() noexcept {
  if (size_ < room_) return true;
  const std::size_t wider = room_ * 4;
  void* const memory = memory_->try_allocate(wider * sizeof(void*), alignof(void*));
  if (memory == nullptr) return false;
  auto** const chunks = static_cast<void**>(memory);
  std::copy_n(chunks_, size_, chunks);
  if (chunks_ != few_) memory_->deallocate(chunks_, room_ * sizeof(void*), alignof(void*));
  chunks_ = chunks;
  room_ = wider;
  return true;
}

std::size_t chunk_directory::position(const void* chunk) const noexcept {
  void** const found = std::lower_bound(chunks_, chunks_ + size_, chunk, std::less<const void*>());
  return static_cast<std::size_t>(found - chunks_);
}

void chunk_directory::insert(void* chunk) noexcept {
  const std::size_t at = position(chunk);
  std::copy_backward(chunks_ + at, chunks_ + size_, chunks_ + size_ + 1);
  chunks_[at] = chunk;
  ++size_;
}

void chunk_directory::erase(const void* chunk) noexcept {
  const std::size_t at = position(chunk);
  std::copy(chunks_ + at + 1, chunks_ + size_, chunks_ + at);
  --size_;
}

bool chunk_directory::contains(const void* chunk) const noexcept {
  const std::size_t at = position(chunk);
  return at < size_ && chunks_[at] == chunk;
}

}  // namespace strata::detail
