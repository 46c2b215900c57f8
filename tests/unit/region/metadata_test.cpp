#include "region/metadata.hpp"

#include <cstring>
#include <set>

#include "region_fixture.hpp"

namespace strata::core {
namespace {

class metadata_test : public test::region_fixture {
 protected:
  basic_metadata<os> metadata_;
};

TEST_F(metadata_test, memory_is_aligned_zero_and_disjoint) {
  std::byte* before = nullptr;
  for (int i = 0; i < 100; ++i) {
    auto* const memory = static_cast<std::byte*>(metadata_.allocate(192, 64));
    ASSERT_NE(memory, nullptr);
    EXPECT_TRUE(base::is_aligned(memory, 64));
    EXPECT_EQ(memory[0], std::byte{0});
    std::memset(memory, 0xff, 192);
    EXPECT_TRUE(before == nullptr || before[191] == std::byte{0xff});
    before = memory;
  }
  EXPECT_EQ(metadata_.total(), 100u * 192);
}

TEST_F(metadata_test, what_is_recycled_serves_its_own_size_only) {
  void* const first = metadata_.allocate(256, 64);
  void* const second = metadata_.allocate(128, 64);
  metadata_.recycle(first, 256);
  EXPECT_NE(metadata_.allocate(128, 64), first);
  EXPECT_EQ(metadata_.allocate(256, 64), first);
  metadata_.recycle(second, 128);
  EXPECT_NE(metadata_.allocate(256, 64), second);
  EXPECT_EQ(metadata_.allocate(128, 64), second);
}

TEST_F(metadata_test, recycling_keeps_the_total) {
  std::set<void*> places;
  for (int i = 0; i < 1000; ++i) {
    void* const memory = metadata_.allocate(1024, 64);
    places.insert(memory);
    metadata_.recycle(memory, 1024);
  }
  EXPECT_EQ(places.size(), 1u);
  EXPECT_EQ(metadata_.total(), 1024u);
}

TEST_F(metadata_test, opens_chunks_as_needed_and_larger_ones_for_larger_requests) {
  ASSERT_NE(metadata_.allocate(64, 64), nullptr);
  const std::size_t one = os::reserved_bytes();
  auto* const large = static_cast<std::byte*>(metadata_.allocate(2 * one, 64));
  ASSERT_NE(large, nullptr);
  std::memset(large, 1, 2 * one);
  EXPECT_GE(os::reserved_bytes(), 3 * one);
}

TEST_F(metadata_test, a_refusal_is_a_value_and_leaves_nothing_behind) {
  os::fail_call(1);
  EXPECT_EQ(metadata_.allocate(64, 64), nullptr);
  os::fail_call(2);
  EXPECT_EQ(metadata_.allocate(64, 64), nullptr);
  EXPECT_EQ(os::reserved_bytes(), 0u);
  EXPECT_EQ(metadata_.total(), 0u);
  EXPECT_NE(metadata_.allocate(64, 64), nullptr);
}

}  // namespace
}  // namespace strata::core
