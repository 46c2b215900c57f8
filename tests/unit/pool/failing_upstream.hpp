// An upstream that refuses one request, or all after it, and knows what it gave.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <new>

namespace strata::test {

class failing_upstream final : public std::pmr::memory_resource {
 public:
  /// Effects: the n-th request from now on is refused; 0: none.
  void fail_at(std::size_t n) noexcept { countdown_ = n; }

  [[nodiscard]] std::size_t requests() const noexcept { return requests_; }
  [[nodiscard]] std::size_t live_bytes() const noexcept { return live_bytes_; }
  [[nodiscard]] std::size_t live_blocks() const noexcept { return live_blocks_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    ++requests_;
    if (countdown_ != 0 && --countdown_ == 0) throw std::bad_alloc();
    void* const block = std::pmr::new_delete_resource()->allocate(bytes, alignment);
    live_bytes_ += bytes;
    ++live_blocks_;
    return block;
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    live_bytes_ -= bytes;
    --live_blocks_;
    std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::size_t countdown_ = 0;
  std::size_t requests_ = 0;
  std::size_t live_bytes_ = 0;
  std::size_t live_blocks_ = 0;
};

}  // namespace strata::test
