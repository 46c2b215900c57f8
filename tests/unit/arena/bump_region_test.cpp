// strata::bump_region: blocks, deallocation, rewinding, numbers, objects.
#include <strata/arena/bump_region.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/opaque.hpp"

namespace strata::test {
namespace {

struct bump_region_test : testing::Test {
  alignas(64) std::array<std::byte, 4096> buffer;
  strata::bump_region<> region{buffer, "under test"};

  [[nodiscard]] std::size_t offset(const void* block) const {
    return static_cast<std::size_t>(static_cast<const std::byte*>(block) - buffer.data());
  }
  [[nodiscard]] std::span<std::byte> part(std::size_t from, std::size_t bytes) {
    return {buffer.data() + from, bytes};
  }
};

TEST_F(bump_region_test, blocks_follow_each_other_rounded_to_the_alignment) {
  EXPECT_EQ(offset(region.allocate(1)), 0u);
  EXPECT_EQ(offset(region.allocate(16)), 16u);
  EXPECT_EQ(offset(region.allocate(17)), 32u);
  EXPECT_EQ(offset(region.allocate(0)), 64u);
  EXPECT_EQ(region.used(), 80u);
}

TEST_F(bump_region_test, the_numbers_add_up) {
  EXPECT_EQ(region.capacity(), buffer.size());
  void* const block = region.allocate(1000);
  EXPECT_EQ(region.used(), 1008u);
  EXPECT_EQ(region.remaining(), buffer.size() - 1008);
  EXPECT_EQ(region.peak(), 1008u);
  region.deallocate(block, 1000);
  EXPECT_EQ(region.used(), 0u);
  EXPECT_EQ(region.peak(), 1008u);
}

TEST_F(bump_region_test, an_odd_buffer_loses_only_its_odd_ends) {
  strata::bump_region<> odd(part(3, 100));
  EXPECT_EQ(odd.capacity(), 80u);  // from 16 to 96, out of 3 to 103
  EXPECT_EQ(offset(odd.allocate(80)), 16u);
  EXPECT_EQ(odd.try_allocate(1), nullptr);
  strata::bump_region<> none(part(3, 7));
  EXPECT_EQ(none.capacity(), 0u);
  EXPECT_EQ(none.try_allocate(0), nullptr);
}

TEST_F(bump_region_test, is_full_when_the_last_byte_is_given_out) {
  ASSERT_NE(region.try_allocate(buffer.size() - 16), nullptr);
  EXPECT_EQ(region.try_allocate(17), nullptr);
  EXPECT_NE(region.try_allocate(16), nullptr);
  EXPECT_EQ(region.remaining(), 0u);
  EXPECT_EQ(region.try_allocate(1), nullptr);
  EXPECT_EQ(region.try_allocate(0), nullptr);
}

TEST_F(bump_region_test, a_refusal_names_the_region_and_what_is_left) {
  ASSERT_NE(region.try_allocate(4000), nullptr);
  try {
    (void)region.allocate(opaque(std::size_t{500}));
    FAIL();
  } catch (const strata::range_full& refusal) {
    EXPECT_EQ(refusal.account_name(), "under test");
    EXPECT_EQ(refusal.bytes(), 500u);
    EXPECT_EQ(refusal.remaining(), 96u);
    EXPECT_STREQ(refusal.what(),
                 "strata: out of memory: \"under test\" has 96 bytes left and was asked for 500");
  }
}

TEST_F(bump_region_test, an_alignment_may_not_fit_where_the_size_would) {
  ASSERT_NE(region.try_allocate(16), nullptr);
  EXPECT_EQ(region.try_allocate(4096 - 16, 64), nullptr);
  EXPECT_EQ(region.try_allocate(16, std::size_t{1} << 63), nullptr);
  EXPECT_EQ(region.used(), 16u);
  EXPECT_NE(region.try_allocate(4096 - 64, 64), nullptr);
}

TEST_F(bump_region_test, aligns_for_vector_instructions) {
  EXPECT_EQ(offset(region.allocate_aligned<16>(1)) % 16, 0u);
  EXPECT_EQ(offset(region.allocate_aligned<32>(1)) % 32, 0u);
  EXPECT_EQ(offset(region.allocate_aligned<64>(1)) % 64, 0u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(region.allocate_aligned<256>(1)) % 256, 0u);
  EXPECT_EQ(region.try_allocate_aligned<64>(5000), nullptr);
}

TEST_F(bump_region_test, generous_blocks_have_the_rounding) {
  EXPECT_EQ(region.allocate_at_least(17).bytes, 32u);
  EXPECT_EQ(region.allocate_at_least(0).bytes, 16u);
  EXPECT_EQ(region.used(), 48u);
}

TEST_F(bump_region_test, the_last_block_gives_its_bytes_back) {
  void* const first = region.allocate(100);
  void* const second = region.allocate(200);
  region.deallocate(second, 200);
  EXPECT_EQ(region.used(), 112u);
  EXPECT_EQ(region.allocate(50), second);
  EXPECT_EQ(offset(first), 0u);
}

TEST_F(bump_region_test, is_empty_again_when_nothing_is_left) {
  std::vector<void*> blocks;
  for (int i = 0; i < 10; ++i) blocks.push_back(region.allocate(100));
  for (int i = 0; i < 9; ++i) {
    region.deallocate(blocks[static_cast<std::size_t>(i)], 100);
    EXPECT_EQ(region.used(), 1120u);
  }
  region.deallocate(blocks.back(), 100);
  EXPECT_EQ(region.used(), 0u);
}

TEST_F(bump_region_test, is_empty_again_whatever_alignments_skipped) {
  void* const first = region.allocate(1);
  void* const second = region.allocate(100, 512);
  void* const third = region.allocate(0, 64);
  region.deallocate(second, 100, 512);
  region.deallocate(first, 1);
  EXPECT_NE(region.used(), 0u);
  region.deallocate(third, 0, 64);
  EXPECT_EQ(region.used(), 0u);
}

TEST_F(bump_region_test, the_last_block_may_leave_only_dead_ones) {
  void* const first = region.allocate(100);
  void* const second = region.allocate(100);
  region.deallocate(first, 100);
  region.deallocate(second, 100);
  EXPECT_EQ(region.used(), 0u);
}

TEST_F(bump_region_test, rewinding_ends_what_came_since) {
  void* const kept = region.allocate(10);
  std::memset(kept, 7, 10);
  const auto mark = region.mark();
  void* const ended = region.allocate(500);
  (void)region.allocate(500);
  region.rewind(mark);
  EXPECT_EQ(region.used(), 16u);
  EXPECT_EQ(region.allocate(20), ended);
  EXPECT_EQ(*static_cast<char*>(kept), 7);
}

TEST_F(bump_region_test, marks_nest) {
  const auto outer = region.mark();
  (void)region.allocate(100);
  const auto inner = region.mark();
  (void)region.allocate(100);
  region.rewind(inner);
  EXPECT_EQ(region.used(), 112u);
  region.rewind(outer);
  EXPECT_EQ(region.used(), 0u);
}

// Else the region would believe itself empty with the second block alive.
TEST_F(bump_region_test, blocks_that_end_between_mark_and_rewind_empty_nothing_too_soon) {
  void* const first = region.allocate(32);
  void* const second = region.allocate(32);
  const auto mark = region.mark();
  void* const third = region.allocate(32);
  (void)third;
  region.deallocate(first, 32);
  region.rewind(mark);
  EXPECT_EQ(region.used(), 64u);
  EXPECT_NE(region.allocate(32), second);
}

TEST_F(bump_region_test, what_died_above_a_mark_says_nothing_about_what_lies_below) {
  void* const first = region.allocate(32);
  void* const second = region.allocate(32);
  const auto mark = region.mark();
  void* const third = region.allocate(32);
  (void)region.allocate(32);
  region.deallocate(third, 32);
  region.rewind(mark);
  region.deallocate(second, 32);
  EXPECT_EQ(region.used(), 32u);
  EXPECT_NE(region.allocate(32), first);
}

TEST_F(bump_region_test, rewinding_above_what_is_used_changes_nothing) {
  void* const block = region.allocate(100);
  const auto mark = region.mark();
  region.deallocate(block, 100);
  region.rewind(mark);
  EXPECT_EQ(region.used(), 0u);
}

TEST_F(bump_region_test, reset_empties_and_keeps_the_peak) {
  (void)region.allocate(1000);
  (void)region.allocate(1000);
  region.reset();
  EXPECT_EQ(region.used(), 0u);
  EXPECT_EQ(region.peak(), 2016u);
}

TEST_F(bump_region_test, knows_its_own) {
  void* const block = region.allocate(100);
  EXPECT_TRUE(region.owns(block));
  EXPECT_TRUE(region.owns(static_cast<std::byte*>(block) + 99));
  EXPECT_FALSE(region.owns(static_cast<std::byte*>(block) + 112));
  EXPECT_FALSE(region.owns(nullptr));
  EXPECT_FALSE(region.owns(&region));
}

TEST_F(bump_region_test, a_position_of_another_region_is_a_mistake) {
  std::array<std::byte, 64> elsewhere{};
  strata::bump_region<> other(elsewhere);
  const auto mark = other.mark();
  EXPECT_DEATH(region.rewind(mark), "fatal: foreign position: the bump region \"under test\"");
}

// -- Objects -------------------------------------------------------------------

struct counted_object {
  explicit counted_object(int& count, bool refuse = false) : count_(&count) {
    if (refuse) throw std::runtime_error("refused");
    ++*count_;
  }
  ~counted_object() { --*count_; }
  counted_object(const counted_object&) = delete;
  counted_object& operator=(const counted_object&) = delete;
  int* count_;
};

TEST_F(bump_region_test, makes_and_destroys_objects) {
  int count = 0;
  auto* const object = region.make<counted_object>(count);
  EXPECT_EQ(count, 1);
  region.destroy(object);
  EXPECT_EQ(count, 0);
  EXPECT_EQ(region.used(), 0u);
  region.destroy(static_cast<counted_object*>(nullptr));
}

TEST_F(bump_region_test, a_constructor_that_throws_leaves_nothing) {
  int count = 0;
  EXPECT_THROW((void)region.make<counted_object>(count, true), std::runtime_error);
  EXPECT_EQ(region.used(), 0u);
}

struct third_throws {
  third_throws() {
    if (++made == 3) throw std::runtime_error("third");
  }
  ~third_throws() { --made; }
  third_throws(const third_throws&) = delete;
  third_throws& operator=(const third_throws&) = delete;
  inline static int made = 0;
};

TEST_F(bump_region_test, an_array_is_made_whole_or_not_at_all) {
  EXPECT_THROW((void)region.make_array<third_throws>(5), std::runtime_error);
  EXPECT_EQ(third_throws::made, 1);  // the one that threw never lived
  EXPECT_EQ(region.used(), 0u);
  third_throws::made = 0;
}

TEST_F(bump_region_test, arrays_are_value_initialised) {
  std::memset(region.allocate(4000), 0xff, 4000);
  region.reset();
  const std::span<int> numbers = region.make_array<int>(100);
  ASSERT_EQ(numbers.size(), 100u);
  for (const int number : numbers) EXPECT_EQ(number, 0);
  region.destroy(numbers);
  EXPECT_EQ(region.used(), 0u);
}

TEST_F(bump_region_test, an_array_too_large_to_count_is_refused) {
  EXPECT_THROW((void)region.make_array<long>(opaque(SIZE_MAX / 4)), strata::range_full);
  EXPECT_THROW((void)region.make_array<long>(opaque(SIZE_MAX / 8 + 2)), strata::range_full);
}

TEST_F(bump_region_test, overaligned_objects_are_aligned) {
  struct alignas(128) wide {
    char data[3];
  };
  (void)region.allocate(1);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(region.make<wide>()) % 128, 0u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(region.make_array<wide>(2).data()) % 128, 0u);
}

}  // namespace
}  // namespace strata::test
