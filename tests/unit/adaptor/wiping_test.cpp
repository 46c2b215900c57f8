#include <strata/adaptor/wiping.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

bool is_zero(const void* memory, std::size_t bytes) {
  const auto* const from = static_cast<const unsigned char*>(memory);
  return std::all_of(from, from + bytes, [](unsigned char byte) { return byte == 0; });
}

TEST(wiping, the_upstream_gets_zeros_back) {
  test::strict_upstream upstream;
  wiping resource(upstream);
  std::size_t freed = 0;
  upstream.before_free = [&](void* block, std::size_t bytes) {
    EXPECT_TRUE(is_zero(block, bytes)) << bytes;
    ++freed;
  };
  for (std::size_t bytes = 0; bytes < 5000; bytes = bytes * 2 + 1) {
    void* const block = resource.allocate(bytes);
    std::memset(block, 0x5a, bytes);
    resource.deallocate(block, bytes);
  }
  EXPECT_EQ(freed, 13u);
}

TEST(wiping, wipes_what_it_is_told_and_no_more) {
  unsigned char bytes[100];
  std::memset(bytes, 0x5a, sizeof(bytes));
  wipe(bytes + 10, 80);
  wipe(bytes, 0);
  EXPECT_EQ(bytes[9], 0x5a);
  EXPECT_TRUE(is_zero(bytes + 10, 80));
  EXPECT_EQ(bytes[90], 0x5a);
}

}  // namespace
}  // namespace strata
