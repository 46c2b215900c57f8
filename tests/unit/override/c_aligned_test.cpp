// The aligned members of the malloc family, as this executable's own.
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "support/opaque.hpp"

extern "C" void free_aligned_sized(void* pointer, std::size_t alignment, std::size_t size) noexcept;

namespace {

using strata::test::opaque;

constexpr std::size_t too_much = std::size_t{PTRDIFF_MAX} + 1;
constexpr int errno_before = 4711;

bool is_aligned(const void* block, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(block) % alignment == 0;
}

TEST(c_aligned, any_power_of_two_works_at_every_size) {
  for (std::size_t alignment = 1; alignment <= std::size_t{64} << 20; alignment *= 2) {
    for (const std::size_t size : {0u, 1u, 40u, 3000u, 70000u, 2000000u}) {
      char* const block = static_cast<char*>(opaque(aligned_alloc(alignment, opaque(size))));
      ASSERT_NE(block, nullptr) << alignment << ' ' << size;
      EXPECT_TRUE(is_aligned(block, alignment)) << alignment << ' ' << size;
      EXPECT_GE(malloc_usable_size(block), size);
      if (size != 0) block[0] = block[size - 1] = 1;
      free(block);
    }
  }
}

TEST(c_aligned, aligned_alloc_refuses_what_is_no_power_of_two) {
  for (const std::size_t alignment : {std::size_t{0}, std::size_t{3}, std::size_t{48}, SIZE_MAX}) {
    errno = 0;
    EXPECT_EQ(opaque(aligned_alloc(opaque(alignment), 64)), nullptr);
    EXPECT_EQ(errno, EINVAL);
  }
}

TEST(c_aligned, posix_memalign_fails_without_a_trace) {
  int mark = 0;
  void* result = &mark;
  errno = errno_before;
  for (const std::size_t alignment : {0u, 2u, 4u, 24u, 100u}) {
    EXPECT_EQ(posix_memalign(&result, opaque(alignment), 64), EINVAL) << alignment;
  }
  EXPECT_EQ(posix_memalign(&result, 64, opaque(too_much)), ENOMEM);
  EXPECT_EQ(posix_memalign(&result, opaque(std::size_t{1} << 63), 64), ENOMEM);
  EXPECT_EQ(result, &mark);
  EXPECT_EQ(errno, errno_before);
}

TEST(c_aligned, posix_memalign_gives_the_block) {
  void* block = nullptr;
  ASSERT_EQ(posix_memalign(&block, 4096, 100), 0);
  EXPECT_TRUE(is_aligned(block, 4096));
  free(block);
}

TEST(c_aligned, memalign_rounds_the_alignment_up) {
  void* const block = opaque(memalign(opaque(std::size_t{100}), 50));
  EXPECT_TRUE(is_aligned(block, 128));
  free(block);
  errno = 0;
  EXPECT_EQ(opaque(memalign(opaque(SIZE_MAX), 50)), nullptr);
  EXPECT_EQ(errno, EINVAL);
}

TEST(c_aligned, huge_requests_are_refused_with_enomem) {
  const std::size_t sizes[] = {too_much, SIZE_MAX - 10, SIZE_MAX};
  for (const std::size_t size : sizes) {
    errno = 0;
    EXPECT_EQ(opaque(aligned_alloc(64, opaque(size))), nullptr);
    EXPECT_EQ(errno, ENOMEM);
    errno = 0;
    EXPECT_EQ(opaque(memalign(64, opaque(size))), nullptr);
    EXPECT_EQ(errno, ENOMEM);
    errno = 0;
    EXPECT_EQ(opaque(valloc(opaque(size))), nullptr);
    EXPECT_EQ(errno, ENOMEM);
    errno = 0;
    EXPECT_EQ(opaque(pvalloc(opaque(size))), nullptr);
    EXPECT_EQ(errno, ENOMEM);
  }
}

TEST(c_aligned, valloc_and_pvalloc_give_pages) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const block = opaque(valloc(10));
  EXPECT_TRUE(is_aligned(block, page));
  free(block);
  void* const pages = opaque(pvalloc(page + 1));
  EXPECT_TRUE(is_aligned(pages, page));
  EXPECT_GE(malloc_usable_size(pages), 2 * page);
  free(pages);
}

TEST(c_aligned, realloc_of_an_aligned_block_keeps_its_contents) {
  char* block = static_cast<char*>(opaque(aligned_alloc(1024, 100)));
  std::memcpy(block, "strata...", 10);
  block = static_cast<char*>(realloc(block, 100000));
  EXPECT_STREQ(block, "strata...");
  free(block);
}

TEST(c_aligned, free_aligned_sized_takes_what_was_requested) {
  for (const std::size_t alignment : {8u, 16u, 32u, 256u, 4096u, 65536u}) {
    for (const std::size_t size : {1u, 40u, 5000u, 200000u}) {
      free_aligned_sized(opaque(aligned_alloc(alignment, size)), alignment, size);
    }
  }
  free_aligned_sized(nullptr, 64, 100);
}

TEST(c_aligned_death, free_aligned_sized_diagnoses_an_impossible_size) {
  EXPECT_DEATH(free_aligned_sized(opaque(aligned_alloc(64, 64)), 64, 100000), "sized free");
}

}  // namespace
