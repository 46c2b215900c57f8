// Memory for the allocator's own structures: bump allocation from chunks of its
// own, apart from users' blocks, so that an overflow of a block does not reach
// it. What is recycled serves requests of exactly its size, so a stale pointer
// to a structure always finds a structure of the same type. Nothing ever goes
// back to the OS.
#pragma once

#include <array>
#include <cstddef>
#include <new>

#include "os/os.hpp"
#include "region/granule.hpp"

namespace strata::core {

template <class Os>
class basic_metadata {
 public:
  constexpr basic_metadata() noexcept = default;

  // Memory, or nullptr when the system refuses. Alignment: a power of two of at
  // most a page, and always the same for one size.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    base::lock_guard guard(lock_);
    if (void* again = take_recycled(bytes)) return again;
    std::size_t start = base::align_up(used_, alignment);
    if (chunk_ == nullptr || start + bytes > chunk_size_) {
      if (!open_chunk(bytes)) return nullptr;
      start = 0;
    }
    used_ = start + bytes;
    total_ += bytes;
    return chunk_ + start;
  }

  // `memory` came from allocate(bytes).
  void recycle(void* memory, std::size_t bytes) noexcept {
    base::lock_guard guard(lock_);
    for (bin& candidate : bins_) {
      if (candidate.bytes != bytes && candidate.bytes != 0) continue;
      candidate.bytes = bytes;
      candidate.first = ::new (memory) recycled{candidate.first};
      return;
    }
  }

  [[nodiscard]] std::size_t total() const noexcept { return total_; }
  [[nodiscard]] base::mutex<Os>& lock() noexcept { return lock_; }

 private:
  struct recycled {
    recycled* next;
  };
  struct bin {
    std::size_t bytes = 0;
    recycled* first = nullptr;
  };

  static constexpr std::size_t chunk_bytes = 256 * base::kib;

  [[nodiscard]] void* take_recycled(std::size_t bytes) noexcept {
    for (bin& candidate : bins_) {
      if (candidate.bytes != bytes || candidate.first == nullptr) continue;
      recycled* taken = candidate.first;
      candidate.first = taken->next;
      return taken;
    }
    return nullptr;
  }

  bool open_chunk(std::size_t bytes) noexcept {
    const std::size_t size =
        base::align_up(bytes < chunk_bytes ? chunk_bytes : bytes, Os::page_size());
    void* chunk = Os::reserve(size, Os::page_size(), os::initial_access::none);
    if (chunk == nullptr) return false;
    if (!Os::commit(chunk, size)) {
      Os::release(chunk, size);
      return false;
    }
    Os::name_range(chunk, size, "strata: metadata");
    chunk_ = static_cast<std::byte*>(chunk);
    chunk_size_ = size;
    used_ = 0;
    return true;
  }

  base::mutex<Os> lock_;
  std::byte* chunk_ = nullptr;
  std::size_t chunk_size_ = 0;
  std::size_t used_ = 0;
  std::size_t total_ = 0;
  std::array<bin, 8> bins_{};
};

}  // namespace strata::core
