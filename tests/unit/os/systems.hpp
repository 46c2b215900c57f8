// Runs a test on every system that models the contract: the machine's own, and
// the fake one. A test that passes on one only would make the other a lie.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "base/align.hpp"
#include "base/types.hpp"
#include "os/fake.hpp"
#include "os/os.hpp"

namespace strata::os {

template <class Os>
class systems_test : public testing::Test {
 protected:
  void SetUp() override {
    fake_os::reset();
    Os::start();
  }
  void TearDown() override {
    EXPECT_TRUE(fake_os::violations().empty())
        << (fake_os::violations().empty() ? "" : fake_os::violations().front());
  }
};

using systems = testing::Types<platform, fake_os>;

struct system_names {
  template <class Os>
  static std::string GetName(int) {
    return std::is_same_v<Os, fake_os> ? "fake" : "platform";
  }
};

// A reserved range that releases itself.
template <class Os>
class test_range {
 public:
  explicit test_range(std::size_t pages, std::size_t alignment = Os::page_size(),
                      initial_access access = initial_access::none)
      : bytes_(pages * Os::page_size()),
        start_(static_cast<std::byte*>(Os::reserve(bytes_, alignment, access))) {}
  ~test_range() {
    if (start_ != nullptr) Os::release(start_, bytes_);
  }
  test_range(const test_range&) = delete;
  test_range& operator=(const test_range&) = delete;

  [[nodiscard]] std::byte* start() const { return start_; }
  [[nodiscard]] std::byte* page(std::size_t index) const {
    return start_ + index * Os::page_size();
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_;
  std::byte* start_;
};

// True when every byte of (start, bytes) is `value`.
inline bool all_bytes(const void* start, std::size_t bytes, std::byte value) {
  const auto* const from = static_cast<const std::byte*>(start);
  for (std::size_t i = 0; i < bytes; ++i) {
    if (from[i] != value) return false;
  }
  return true;
}

}  // namespace strata::os
