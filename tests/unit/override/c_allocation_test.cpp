// malloc and its kin as a program sees them: this executable is linked with the
// replacement, so these are the names it calls.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "support/opaque.hpp"

extern "C" void free_sized(void* pointer, std::size_t size) noexcept;

namespace {

using strata::test::opaque;

constexpr std::size_t too_much = std::size_t{PTRDIFF_MAX} + 1;
constexpr int errno_before = 4711;

TEST(c_allocation, every_block_is_aligned_and_usable) {
  for (std::size_t size = 0; size < 5000; size += size < 64 ? 1 : 37) {
    char* const block = static_cast<char*>(opaque(malloc(opaque(size))));
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 16, 0u) << size;
    EXPECT_GE(malloc_usable_size(block), size);
    std::memset(block, 0x5a, malloc_usable_size(block));
    free(block);
  }
}

TEST(c_allocation, zero_bytes_give_distinct_blocks) {
  void* const first = opaque(malloc(opaque(std::size_t{0})));
  void* const second = opaque(malloc(opaque(std::size_t{0})));
  EXPECT_NE(first, nullptr);
  EXPECT_NE(first, second);
  free(first);
  free(second);
}

TEST(c_allocation, refuses_impossible_sizes_with_enomem) {
  for (const std::size_t size : {too_much, SIZE_MAX - 4096, SIZE_MAX}) {
    errno = 0;
    EXPECT_EQ(opaque(malloc(opaque(size))), nullptr);
    EXPECT_EQ(errno, ENOMEM);
    errno = 0;
    EXPECT_EQ(opaque(calloc(opaque(size), 1)), nullptr);
    EXPECT_EQ(errno, ENOMEM);
    errno = 0;
    EXPECT_EQ(opaque(realloc(nullptr, opaque(size))), nullptr);
    EXPECT_EQ(errno, ENOMEM);
  }
}

TEST(c_allocation, refuses_products_that_overflow) {
  const std::size_t half = opaque(std::size_t{1} << 32);
  errno = 0;
  EXPECT_EQ(opaque(calloc(half, half)), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  errno = 0;
  EXPECT_EQ(opaque(reallocarray(nullptr, half, half)), nullptr);
  EXPECT_EQ(errno, ENOMEM);
}

TEST(c_allocation, calloc_clears_what_was_used_before) {
  for (const std::size_t size : {24u, 1000u, 100000u, 3000000u}) {
    void* const dirty = opaque(malloc(size));
    std::memset(dirty, 0xff, size);
    free(dirty);
    char* const block = static_cast<char*>(opaque(calloc(size, 1)));
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(block[0], 0);
    EXPECT_EQ(std::memcmp(block, block + 1, size - 1), 0) << size;
    free(block);
  }
}

TEST(c_allocation, realloc_keeps_contents_in_both_directions) {
  char* block = static_cast<char*>(opaque(malloc(10)));
  std::memcpy(block, "strata...", 10);
  for (const std::size_t size : {100u, 5000u, 400000u, 4000000u, 300u, 10u}) {
    block = static_cast<char*>(realloc(block, size));
    ASSERT_NE(block, nullptr);
    EXPECT_STREQ(block, "strata...") << size;
  }
  free(block);
}

TEST(c_allocation, a_refused_realloc_leaves_the_block) {
  char* const block = static_cast<char*>(opaque(malloc(10)));
  std::memcpy(block, "strata...", 10);
  errno = 0;
  EXPECT_EQ(opaque(realloc(opaque(block), opaque(too_much))), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  errno = 0;
  EXPECT_EQ(opaque(reallocarray(opaque(block), opaque(too_much), 4)), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_STREQ(block, "strata...");
  free(block);
}

TEST(c_allocation, realloc_to_nothing_frees_and_gives_null) {
  errno = errno_before;
  EXPECT_EQ(opaque(realloc(opaque(malloc(100)), opaque(std::size_t{0}))), nullptr);
  EXPECT_EQ(errno, errno_before);
}

TEST(c_allocation, realloc_within_the_usable_size_does_not_move) {
  void* const block = opaque(malloc(100));
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  void* const grown = opaque(realloc(block, malloc_usable_size(block)));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(grown), address);
  free(grown);
}

TEST(c_allocation, free_leaves_errno_alone) {
  for (const std::size_t size : {8u, 100000u, 64u << 20}) {
    void* const block = opaque(malloc(size));
    errno = errno_before;
    free(block);
    EXPECT_EQ(errno, errno_before) << size;
  }
  free(nullptr);
  EXPECT_EQ(errno, errno_before);
}

TEST(c_allocation, success_leaves_errno_alone) {
  errno = errno_before;
  for (const std::size_t size : {8u, 5000u, 100000u, 64u << 20}) {
    free(opaque(malloc(size)));
    free(opaque(calloc(size, 1)));
    EXPECT_EQ(errno, errno_before) << size;
  }
}

TEST(c_allocation, usable_size_of_null_is_zero) { EXPECT_EQ(malloc_usable_size(nullptr), 0u); }

TEST(c_allocation, free_sized_takes_the_requested_size) {
  for (const std::size_t size : {0u, 1u, 16u, 17u, 100u, 5000u, 200000u, 3000000u}) {
    free_sized(opaque(malloc(opaque(size))), size);
  }
  free_sized(nullptr, 100);
}

TEST(c_allocation_death, free_sized_diagnoses_a_wrong_size) {
  EXPECT_DEATH(free_sized(opaque(malloc(32)), 4000), "sized free");
}

}  // namespace
