// An upstream that knows what is out, fills what comes and goes with garbage, and
// refuses when told to.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory_resource>
#include <new>

namespace strata::test {

class counting_upstream final : public std::pmr::memory_resource {
 public:
  ~counting_upstream() override { EXPECT_TRUE(live_.empty()) << live_.size() << " not returned"; }

  /// The n-th request from now, counted from 1, is refused; and, if `onwards`, all
  /// that follow.
  void fail(std::size_t n, bool onwards = false) noexcept {
    fail_at_ = requests_ + n;
    onwards_ = onwards;
  }
  void fail_none() noexcept { fail_at_ = SIZE_MAX; }

  [[nodiscard]] std::size_t requests() const noexcept { return requests_; }
  [[nodiscard]] std::size_t live() const noexcept { return live_.size(); }
  [[nodiscard]] std::size_t live_bytes() const noexcept { return live_bytes_; }
  [[nodiscard]] std::size_t largest() const noexcept { return largest_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    ++requests_;
    if (requests_ == fail_at_ || (onwards_ && requests_ > fail_at_)) throw std::bad_alloc();
    void* const block = ::operator new (bytes, std::align_val_t{alignment});
    std::memset(block, 0xa5, bytes);
    live_.emplace(block, std::pair{bytes, alignment});
    live_bytes_ += bytes;
    largest_ = std::max(largest_, bytes);
    return block;
  }

  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    const auto found = live_.find(block);
    ASSERT_NE(found, live_.end());
    EXPECT_EQ(found->second, (std::pair{bytes, alignment}));
    std::memset(block, 0x5a, bytes);  // also shows that nothing of it is poisoned
    live_.erase(found);
    live_bytes_ -= bytes;
    ::operator delete (block, std::align_val_t{alignment});
  }

  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::map<void*, std::pair<std::size_t, std::size_t>> live_;
  std::size_t live_bytes_ = 0;
  std::size_t largest_ = 0;
  std::size_t requests_ = 0;
  std::size_t fail_at_ = SIZE_MAX;
  bool onwards_ = false;
};

}  // namespace strata::test
