#include "heap/size_classes.hpp"

#include <gtest/gtest.h>

namespace strata::core {
namespace {

TEST(size_classes, the_smallest_class_that_fits_serves_every_size) {
  for (std::size_t size = 1; size <= medium_max; ++size) {
    const std::size_t index = class_of(size);
    ASSERT_LT(index, class_count);
    ASSERT_GE(class_size(index), size);
    ASSERT_LT(class_size(index - 1), size);
  }
}

TEST(size_classes, the_tables_say_what_the_formula_says) {
  for (std::size_t size = 1; size <= medium_max; ++size) {
    const std::size_t by_table = size <= small_max ? small_class_of(size) : medium_class_of(size);
    ASSERT_EQ(by_table, class_of(size)) << size;
  }
}

TEST(size_classes, a_class_serves_its_sizes_and_no_others) {
  for (std::size_t index = 1; index < class_count; ++index) {
    const std::size_t most = class_size(index);
    const std::size_t least = class_size(index - 1) + 1;
    EXPECT_TRUE(serves(index, least) && serves(index, most)) << index;
    EXPECT_FALSE(serves(index, most + 1)) << index;
    EXPECT_EQ(serves(index, least - 1), index == 1) << "zero bytes get a block of the first class";
    EXPECT_FALSE(served_sizes.contain(index, least - 1)) << index;
    EXPECT_FALSE(serves(index, SIZE_MAX)) << index;
  }
}

TEST(size_classes, waste_is_at_most_an_eighth_above_128_bytes) {
  for (std::size_t size = 129; size <= medium_max; ++size) {
    const std::size_t block = class_size(class_of(size));
    ASSERT_LE(block - size, block / 8) << size;
  }
}

TEST(size_classes, below_that_the_waste_is_what_alignment_costs) {
  for (std::size_t size = 1; size <= 128; ++size) {
    EXPECT_LT(class_size(class_of(size)) - size, block_alignment);
  }
}

TEST(size_classes, reach_further_than_promised) {
  EXPECT_GE(medium_max, 128 * base::kib);
  EXPECT_EQ(class_size(class_count - 1), medium_max);
}

TEST(size_classes, blocks_are_aligned_as_the_abi_wants) {
  for (std::size_t index = 1; index < class_count; ++index) {
    EXPECT_TRUE(base::is_aligned(class_size(index), block_alignment)) << index;
    EXPECT_GT(class_size(index), class_size(index - 1));
  }
}

// Aligned requests have no classes of their own: this is why.
TEST(size_classes, a_size_rounded_to_an_alignment_gets_blocks_aligned_to_it) {
  for (std::size_t alignment = 16; alignment <= granule_bytes; alignment *= 2) {
    for (std::size_t size = alignment; size <= medium_max; size += alignment) {
      ASSERT_TRUE(base::is_aligned(class_size(class_of(size)), alignment))
          << size << " aligned to " << alignment;
    }
  }
}

TEST(size_classes, slabs_hold_at_least_two_blocks_and_waste_little) {
  for (std::size_t index = 1; index < class_count; ++index) {
    EXPECT_GE(blocks_per_slab(index), 2u);
    EXPECT_LE(blocks_per_slab(index), UINT16_MAX) << "slab::capacity has 16 bits";
    const std::size_t rest = slab_bytes(index) - blocks_per_slab(index) * class_size(index);
    EXPECT_LE(rest, slab_bytes(index) / 3) << index;
    EXPECT_EQ(is_small(index), class_size(index) <= small_max);
    EXPECT_EQ(slab_granules(index), is_small(index) ? 1 : medium_granules);
  }
}

}  // namespace
}  // namespace strata::core
