#include "hoard.hpp"

#include <cerrno>
#include <cstdlib>

#include "memory.hpp"

namespace memory {

struct hoard::block {
  block* next;
  std::size_t bytes;

  [[nodiscard]] std::uint64_t seed() const {
    return reinterpret_cast<std::uintptr_t>(this) ^ bytes;
  }
};

bool hoard::take(std::size_t block_bytes, std::size_t bytes_max) {
  while (bytes_ < bytes_max) {
    errno = 0;
    auto* taken = static_cast<block*>(std::malloc(block_bytes));
    if (taken == nullptr) return errno == ENOMEM;
    *taken = {first_, block_bytes};
    fill(taken + 1, block_bytes - sizeof(block), taken->seed());
    first_ = taken;
    bytes_ += block_bytes;
  }
  return true;
}

bool hoard::intact() const {
  for (const block* each = first_; each != nullptr; each = each->next) {
    if (!memory::intact(each + 1, each->bytes - sizeof(block), each->seed())) return false;
  }
  return true;
}

void hoard::release() {
  while (first_ != nullptr) {
    block* next = first_->next;
    std::free(first_);
    first_ = next;
  }
  bytes_ = 0;
}

}  // namespace memory
