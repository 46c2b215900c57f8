// The bytes of a region's file, mapped beside it: what another process can write.
#pragma once

#include <strata/stack/shared_region.hpp>

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace strata::test {

class shared_bytes {
 public:
  shared_bytes(int file, std::size_t bytes)
      : base_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)), bytes_(bytes) {}
  explicit shared_bytes(const shared_region& region) : shared_bytes(region.file(), region.size()) {}
  ~shared_bytes() { ::munmap(base_, bytes_); }
  shared_bytes(const shared_bytes&) = delete;
  shared_bytes& operator=(const shared_bytes&) = delete;

  template <class T>
  [[nodiscard]] T& at(std::size_t offset) const {
    return *reinterpret_cast<T*>(static_cast<std::byte*>(base_) + offset);
  }

 private:
  void* base_;
  std::size_t bytes_;
};

}  // namespace strata::test
