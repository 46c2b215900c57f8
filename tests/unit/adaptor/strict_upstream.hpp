// An upstream that knows every block it gave out, and takes each back only with
// the size and alignment that were asked for. It looks like any resource of the
// standard library: it says no by std::bad_alloc.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory_resource>
#include <new>

namespace strata::test {

class strict_upstream final : public std::pmr::memory_resource {
 public:
  struct given {
    std::size_t bytes;
    std::size_t alignment;
  };

  ~strict_upstream() override { EXPECT_TRUE(live_.empty()) << live_.size() << " blocks leaked"; }

  [[nodiscard]] const std::map<void*, given>& live() const { return live_; }
  [[nodiscard]] std::size_t requests() const { return requests_; }
  [[nodiscard]] bool owns(const void* block) const {
    return live_.contains(const_cast<void*>(block));
  }

  bool refuses = false;
  std::function<void(void* block, std::size_t bytes)> before_free = [](void*, std::size_t) {};

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    ++requests_;
    if (refuses || bytes > PTRDIFF_MAX) throw std::bad_alloc();
    void* const block = ::operator new (bytes, std::align_val_t{alignment});
    live_[block] = {bytes, alignment};
    return block;
  }

  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    const auto found = live_.find(block);
    ASSERT_NE(found, live_.end()) << "a block that is not of this upstream";
    EXPECT_EQ(found->second.bytes, bytes);
    EXPECT_EQ(found->second.alignment, alignment);
    before_free(block, bytes);
    live_.erase(found);
    ::operator delete (block, std::align_val_t{alignment});
  }

  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::map<void*, given> live_;
  std::size_t requests_ = 0;
};

}  // namespace strata::test
