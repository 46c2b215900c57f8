#include <strata/adaptor/system_malloc.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>

#include "support/opaque.hpp"

namespace strata {
namespace {

TEST(system_malloc, all_of_them_are_one) {
  system_malloc one;
  const system_malloc other;
  EXPECT_TRUE(one.is_equal(other));
  EXPECT_FALSE(one.is_equal(*std::pmr::new_delete_resource()));
}

TEST(system_malloc, its_blocks_are_those_of_malloc) {
  system_malloc resource;
  std::free(resource.allocate(100));
  std::free(resource.allocate(100, 4096));
  resource.deallocate(std::malloc(10), 10);
}

TEST(system_malloc, alignments_need_not_divide_sizes) {
  system_malloc resource;
  for (std::size_t alignment = 1; alignment <= 1 << 16; alignment *= 2) {
    void* const block = resource.allocate(alignment + 3, alignment);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignment, 0u);
    resource.deallocate(block, alignment + 3, alignment);
  }
}

TEST(system_malloc, sizes_that_overflow_when_aligned_are_refused) {
  system_malloc resource;
  EXPECT_EQ(resource.try_allocate(test::opaque(SIZE_MAX - 10), 4096), nullptr);
  try {
    static_cast<void>(resource.allocate(test::opaque(SIZE_MAX), 4096));
    FAIL();
  } catch (const out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "malloc");
  }
}

}  // namespace
}  // namespace strata
