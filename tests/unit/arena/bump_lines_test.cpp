// The canaries of a bump region: each line that is overwritten is found, wherever
// the region looks.
#include <strata/arena/detail/bump_lines.hpp>

#include <strata/arena/bump_region.hpp>

#include <gtest/gtest.h>

#include <array>

#include "support/sanitized.hpp"
#include "support/unsanitized.hpp"

namespace strata::test {
namespace {

struct watched : bump_policies::high_performance {
  static constexpr bool canaries = true;
};

struct bump_lines_test : testing::Test {
  alignas(64) std::array<std::byte, 8192> buffer{};
  strata::bump_region<watched> region{buffer, "under test"};

  std::byte* make(std::size_t bytes, std::size_t alignment = 1) {
    return static_cast<std::byte*>(region.allocate(bytes, alignment));
  }
};

constexpr std::size_t line = detail::bump_lines::line_bytes;

TEST_F(bump_lines_test, stand_around_every_block_and_at_both_ends) {
  EXPECT_EQ(region.capacity(), buffer.size() - 2 * line);
  std::byte* const first = make(32);
  std::byte* const second = make(32);
  EXPECT_EQ(first, buffer.data() + 2 * line);
  EXPECT_EQ(second, first + 32 + 2 * line);
  region.validate();
}

TEST_F(bump_lines_test, every_byte_of_a_foot_is_watched) {
  std::byte* const block = make(20);
  (void)make(20);
  for (std::size_t i = 0; i < line + 12; ++i) {  // it fills up to the alignment
    overwrite(block + 20 + i);
    if (i % 8 == 0) {
      EXPECT_DEATH(region.validate(),
                   "fatal: broken canary: in the bump region \"under test\", the line after the "
                   "block at 0x[0-9a-f]+ \\(20 bytes\\) was overwritten at 0x[0-9a-f]+; the block "
                   "was written beyond its end");
    }
    overwrite(block + 20 + i);  // flips it back
  }
  region.validate();
}

TEST_F(bump_lines_test, every_byte_of_a_head_is_watched) {
  std::byte* const block = make(20, 512);
  for (std::size_t i = 1; i <= line; ++i) {
    overwrite(block - i);
    if (i % 8 == 0) {
      EXPECT_DEATH(region.validate(), "broken canary: .* the line before the block at");
    }
    overwrite(block - i);
  }
  region.validate();
}

TEST_F(bump_lines_test, the_ends_are_watched) {
  (void)make(20);
  overwrite(buffer.data());
  EXPECT_DEATH(region.validate(), "broken canary: .* the line at its front was overwritten");
  overwrite(buffer.data());
  overwrite(buffer.data() + buffer.size() - 1);
  EXPECT_DEATH(region.validate(), "broken canary: .* the line at its back was overwritten");
  EXPECT_DEATH(region.reset(), "broken canary");
  overwrite(buffer.data() + buffer.size() - 1);
}

TEST_F(bump_lines_test, a_broken_foot_is_found_at_each_occasion) {
  const auto mark = region.mark();
  std::byte* const block = make(24);
  std::byte* const later = make(24);
  overwrite(block + 24);
  EXPECT_DEATH(region.deallocate(block, 24, 1), "broken canary: .* beyond its end");
  EXPECT_DEATH(region.rewind(mark), "broken canary: .* beyond its end");
  EXPECT_DEATH(region.reset(), "broken canary: .* beyond its end");
  EXPECT_DEATH(region.~bump_region(), "broken canary: .* beyond its end");
  overwrite(block + 24);
  region.deallocate(later, 24, 1);
}

TEST_F(bump_lines_test, a_broken_head_is_found_at_each_occasion) {
  const auto mark = region.mark();
  std::byte* const block = make(24);
  (void)make(24);
  overwrite(block - 1);
  EXPECT_DEATH(region.deallocate(block, 24, 1), "broken canary: .* below its start");
  EXPECT_DEATH(region.rewind(mark), "broken canary: .* below its start");
  EXPECT_DEATH(region.reset(), "broken canary: .* below its start");
  EXPECT_DEATH(region.~bump_region(), "broken canary: .* below its start");
  overwrite(block - 1);
}

TEST_F(bump_lines_test, mistakes_at_deallocation_are_named) {
  std::byte* const block = make(100);
  std::byte* const other = make(100);
  std::array<std::byte, 64> elsewhere{};
  EXPECT_DEATH(region.deallocate(elsewhere.data(), 10), "fatal: foreign free");
  EXPECT_DEATH(region.deallocate(block + 16, 84), "fatal: foreign free");
  EXPECT_DEATH(region.deallocate(block + 1, 99), "fatal: foreign free");
  EXPECT_DEATH(region.deallocate(block, 99), "fatal: sized free");
  region.deallocate(block, 100);
  EXPECT_DEATH(region.deallocate(block, 100), "fatal: double free");
  region.deallocate(other, 100);
  EXPECT_DEATH(region.deallocate(block, 100), "fatal: foreign free");
}

TEST_F(bump_lines_test, dead_blocks_at_the_end_come_back_together) {
  std::byte* const first = make(10);
  std::byte* const second = make(10);
  std::byte* const third = make(10, 256);
  const std::size_t used = region.used();
  region.deallocate(second, 10);
  EXPECT_EQ(region.used(), used);
  region.deallocate(third, 10);
  EXPECT_EQ(make(10), second);
  region.deallocate(second, 10);
  region.deallocate(first, 10);
  EXPECT_EQ(region.used(), 0u);
}

TEST_F(bump_lines_test, a_rewind_over_what_was_lowered_meanwhile_is_whole) {
  std::byte* const first = make(16);
  const auto mark = region.mark();
  region.deallocate(first, 16);
  (void)make(1000);  // where the mark was
  region.rewind(mark);
  for (int i = 0; i < 8; ++i) (void)make(100);  // over the foot of what ended
  region.validate();
  region.reset();
}

TEST_F(bump_lines_test, what_has_no_room_for_lines_holds_nothing) {
  std::array<std::byte, 100> small{};
  strata::bump_region<watched> none(small);
  EXPECT_EQ(none.capacity(), 0u);
  EXPECT_EQ(none.try_allocate(0), nullptr);
  EXPECT_EQ(region.try_allocate(SIZE_MAX - 32), nullptr);
  none.reset();
}

struct dense : watched {
  static constexpr std::size_t alignment = 1;
};
struct wide : watched {
  static constexpr std::size_t alignment = 256;
};

TEST_F(bump_lines_test, work_with_any_alignment) {
  std::array<std::byte, 5000> odd{};
  strata::bump_region<dense> narrow(std::span<std::byte>(odd.data() + 1, 1000));
  void* const block = narrow.allocate(3, 1);
  narrow.deallocate(block, 3, 1);
  strata::bump_region<wide> far(std::span<std::byte>(odd.data() + 1005, 3000));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(far.allocate(3, 1)) % 256, 0u);
  far.validate();
}

TEST_F(bump_lines_test, the_sanitizer_sees_a_wrong_write_at_once) {
  if (!sanitized) GTEST_SKIP() << "needs AddressSanitizer";
#if defined(__SANITIZE_ADDRESS__)
  std::byte* const block = make(16);
  EXPECT_DEATH(block[16] = std::byte{1}, "use-after-poison");
  EXPECT_DEATH(block[-1] = std::byte{1}, "use-after-poison");
  region.deallocate(block, 16);
  EXPECT_DEATH(block[0] = std::byte{1}, "use-after-poison");
#endif
}

}  // namespace
}  // namespace strata::test
