// Takes blocks until malloc refuses and can tell whether they are still intact.
// The list runs through the blocks themselves, so it needs no memory of its own.
#pragma once

#include <cstddef>

namespace memory {

class hoard {
 public:
  hoard() = default;
  ~hoard() { release(); }
  hoard(const hoard&) = delete;
  hoard& operator=(const hoard&) = delete;

  // Takes blocks of `block_bytes` until malloc refuses or `bytes_max` are held.
  // False when a refusal came without ENOMEM.
  bool take(std::size_t block_bytes, std::size_t bytes_max);

  [[nodiscard]] bool intact() const;
  void release();

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct block;
  block* first_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace memory
