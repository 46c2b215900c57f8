// Deallocation of what is no live block: found wherever a comparison that is made
// anyway shows it, and wherever AddressSanitizer knows the block to be none.
#include <strata/adaptor/fixed_buffer.hpp>
#include <strata/arena/arena.hpp>
#include <strata/arena/bump_region.hpp>

#include <gtest/gtest.h>

#include <array>

#include "support/opaque.hpp"

namespace strata::test {
namespace {

struct region_stale_free_test : testing::Test {
  alignas(64) std::array<std::byte, 4096> buffer;
  strata::bump_region<> region{std::span(buffer).subspan(64), "under test"};
};

constexpr const char* no_block =
    "foreign free: the pointer 0x[0-9a-f]+ is no block of the bump "
    "region \"under test\"";

TEST_F(region_stale_free_test, what_a_reset_ended) {
  void* const block = region.allocate(100);
  region.reset();
  EXPECT_DEATH(region.deallocate(block, 100), no_block);
  (void)opaque(region.allocate(96));
  EXPECT_DEATH(region.deallocate(block, 100), no_block);
}

TEST_F(region_stale_free_test, what_a_rewind_ended) {
  void* const kept = region.allocate(16);
  const auto mark = region.mark();
  void* const block = region.allocate(100);
  region.rewind(mark);
  EXPECT_DEATH(region.deallocate(block, 100), no_block);
  region.deallocate(kept, 16);
  EXPECT_EQ(region.used(), 0u);
}

TEST_F(region_stale_free_test, the_last_block_twice) {
  (void)opaque(region.allocate(16));
  void* const block = region.allocate(100);
  region.deallocate(block, 100);
  EXPECT_DEATH(region.deallocate(block, 100), no_block);
}

TEST_F(region_stale_free_test, a_size_that_reaches_beyond_what_is_used) {
  void* const block = region.allocate(100);
  EXPECT_DEATH(region.deallocate(block, 113), no_block);
  EXPECT_DEATH(region.deallocate(block, std::size_t{1} << 40), no_block);
  region.deallocate(block, 112);  // what was rounded up to
}

TEST_F(region_stale_free_test, what_lies_below_the_range_or_far_from_it) {
  EXPECT_DEATH(region.deallocate(buffer.data() + 48, 16), no_block);
  EXPECT_DEATH(region.deallocate(opaque(&region), 16), no_block);
  (void)opaque(region.allocate(100));
  EXPECT_DEATH(region.deallocate(buffer.data() + 48, 16), no_block);
}

TEST_F(region_stale_free_test, more_than_was_given_out) {
  (void)opaque(region.allocate(16));
  void* const twice = region.allocate(100);
  (void)opaque(region.allocate(16));
  region.deallocate(twice, 100);
  EXPECT_DEATH(region.deallocate(twice, 100),
               detail::poisons
                   ? no_block
                   : "more freed than given out: \"under test\" gets 100 bytes back, at "
                     "0x[0-9a-f]+, but has only 32 given out");
}

TEST(buffer_stale_free, what_a_reset_ended) {
  strata::fixed_buffer<512> buffer;
  void* const block = buffer.allocate(100);
  buffer.reset();
  EXPECT_DEATH(buffer.deallocate(block, 100), "foreign free: .* \"fixed buffer\"");
}

struct arena_stale_free_test : testing::Test {
  strata::arena work{{.name = "work"}};
};

constexpr const char* no_arena_block =
    "foreign free: the [0-9]+ bytes at 0x[0-9a-f]+ are no block of the arena 'work'";

TEST_F(arena_stale_free_test, what_a_reset_ended) {
  void* const block = work.allocate(100);
  work.reset();
  EXPECT_DEATH(work.deallocate(block, 100), no_arena_block);
  (void)opaque(work.allocate(96));
  EXPECT_DEATH(work.deallocate(block, 100), no_arena_block);
  work.deallocate(nullptr, 0);
}

TEST_F(arena_stale_free_test, what_a_rewind_ended) {
  void* const kept = work.allocate(16);
  const auto mark = work.checkpoint();
  void* const block = work.allocate(100);
  work.rewind(mark);
  EXPECT_DEATH(work.deallocate(block, 100), no_arena_block);
  work.deallocate(kept, 16);
  EXPECT_EQ(work.allocated(), 0u);
}

TEST_F(arena_stale_free_test, the_last_block_twice_or_with_too_large_a_size) {
  void* const block = work.allocate(100);
  EXPECT_DEATH(work.deallocate(block, 113), no_arena_block);
  work.deallocate(block, 112);
  EXPECT_DEATH(work.deallocate(block, 100), no_arena_block);
}

TEST_F(arena_stale_free_test, in_other_chunks_where_address_sanitizer_knows_them) {
  if (!detail::poisons) GTEST_SKIP() << "only with AddressSanitizer";
  void* const early = work.allocate(1000);
  for (int i = 0; i < 1000; ++i) (void)opaque(work.allocate(1000));
  void* const late = work.allocate(1000);
  (void)opaque(work.allocate(1));
  work.deallocate(early, 1000);
  EXPECT_DEATH(work.deallocate(early, 1000), no_arena_block);
  work.reset();
  EXPECT_DEATH(work.deallocate(late, 1000), no_arena_block);
}

TEST_F(arena_stale_free_test, a_large_block_twice_while_its_memory_waits) {
  void* const block = work.allocate(100 << 10);
  work.deallocate(block, 100 << 10);
  EXPECT_DEATH(work.deallocate(block, 100 << 10), no_arena_block);
}

TEST_F(arena_stale_free_test, a_block_shrunk_to_nothing_is_still_one) {
  void* const block = work.allocate(100);
  void* const behind = work.allocate(100);
  ASSERT_TRUE(work.try_resize(block, 100, 0));
  work.deallocate(block, 0);
  work.deallocate(behind, 100);
}

}  // namespace
}  // namespace strata::test
