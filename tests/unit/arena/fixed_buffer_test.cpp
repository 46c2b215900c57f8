// strata::fixed_buffer: over an array of its own and over the caller's.
#include <strata/adaptor/fixed_buffer.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory_resource>
#include <string>
#include <vector>

namespace strata::test {
namespace {

static_assert(sizeof(fixed_buffer<>) == 6 * sizeof(void*), "a pointer bump and nothing else");
static_assert(sizeof(fixed_buffer<4096>) == sizeof(fixed_buffer<>) + 4096);

TEST(fixed_buffer, serves_until_its_array_is_used_up) {
  strata::fixed_buffer<100> buffer;
  EXPECT_EQ(buffer.capacity(), 96u);
  void* const block = buffer.allocate(50);
  std::memset(block, 1, 50);
  EXPECT_EQ(buffer.used(), 64u);
  EXPECT_EQ(buffer.remaining(), 32u);
  EXPECT_EQ(buffer.try_allocate(33), nullptr);
  EXPECT_THROW((void)buffer.allocate(33), strata::range_full);
  EXPECT_TRUE(buffer.owns(block));
  EXPECT_NE(buffer.try_allocate(32), nullptr);
  EXPECT_EQ(buffer.try_allocate(0), nullptr);
}

TEST(fixed_buffer, gives_back_what_is_last_and_all_when_nothing_is_left) {
  strata::fixed_buffer<1000> buffer;
  void* const first = buffer.allocate(100);
  void* const second = buffer.allocate(100);
  void* const third = buffer.allocate(100);
  buffer.deallocate(third, 100);
  EXPECT_EQ(buffer.allocate(10), third);
  buffer.deallocate(third, 10);
  buffer.deallocate(first, 100);
  EXPECT_EQ(buffer.used(), 224u);
  buffer.deallocate(second, 100);
  EXPECT_EQ(buffer.used(), 0u);
  EXPECT_EQ(buffer.peak(), 336u);
}

TEST(fixed_buffer, the_callers_memory_is_the_callers_again) {
  std::array<std::byte, 300> memory{};
  {
    strata::fixed_buffer<> buffer(memory);
    std::pmr::vector<int> numbers(&buffer);
    for (int i = 0; i < 10; ++i) numbers.push_back(i);
    EXPECT_EQ(numbers[7], 7);
  }
  memory.fill(std::byte{2});
}

TEST(fixed_buffer, reset_starts_again) {
  strata::fixed_buffer<1000> buffer;
  void* const first = buffer.allocate(100);
  (void)buffer.allocate(100);
  buffer.reset();
  EXPECT_EQ(buffer.allocate(1), first);
}

TEST(fixed_buffer, generous_blocks_have_the_rounding) {
  strata::fixed_buffer<1000> buffer;
  const strata::sized_block given = buffer.allocate_at_least(20);
  EXPECT_EQ(given.bytes, 32u);
  std::memset(given.block, 1, given.bytes);
  EXPECT_THROW((void)buffer.allocate_at_least(SIZE_MAX), strata::range_full);
}

}  // namespace
}  // namespace strata::test
