#include "heap/large_blocks.hpp"

#include <cstring>

#include "domain_fixture.hpp"

namespace strata::core {
namespace {

class large_blocks_test : public test::domain_fixture {
 protected:
  using blocks = basic_large_blocks<os>;

  ~large_blocks_test() override { EXPECT_TRUE(blocks_.invariant()); }

  // A block filled with a pattern.
  slab& take(std::size_t bytes, std::size_t alignment = 1) {
    const blocks::grant taken = blocks_.take(nullptr, bytes, alignment, false);
    EXPECT_NE(taken.record, nullptr);
    std::memset(address_of(*taken.record), 0xee, bytes);
    return *taken.record;
  }

  static bool holds(const std::byte* from, std::size_t bytes, std::byte value) {
    for (std::size_t i = 0; i < bytes; ++i) {
      if (from[i] != value) return false;
    }
    return true;
  }

  // Region granules that are free hold zeros and nothing of them is resident.
  void expect_free_granules_are_clean() {
    const auto& window = domain_.regions.window();
    for (std::size_t i = 0; i < window.opened() / granule_bytes; ++i) {
      if (!domain_.regions.is_free(i)) continue;
      ASSERT_TRUE(holds(window.address(i), granule_bytes, std::byte{0})) << i;
    }
  }

  static constexpr std::byte pattern{0xee};
  const std::size_t page_ = os::page_size();
  blocks blocks_{domain_};
};

TEST_F(large_blocks_test, a_block_has_what_it_was_given) {
  slab& record = take(300 * base::kib);
  EXPECT_EQ(record.state, slab_state::large);
  EXPECT_EQ(record.large_bytes, 300 * base::kib);
  EXPECT_EQ(record.bound, 0u) << "the fast path is not for large blocks";
  EXPECT_EQ(blocks_.live_count(), 1u);
  EXPECT_EQ(blocks_.live_bytes(), 300 * base::kib);
  blocks_.give(record);
  EXPECT_EQ(record.state, slab_state::was_large);
  EXPECT_EQ(blocks_.live_count(), 0u);
}

TEST_F(large_blocks_test, fresh_memory_is_zero_and_said_so_and_cached_is_not) {
  const blocks::grant fresh = blocks_.take(nullptr, base::mib, 1, false);
  EXPECT_TRUE(fresh.zero);
  EXPECT_TRUE(holds(address_of(*fresh.record), base::mib, std::byte{0}));
  blocks_.give(*fresh.record);
  const blocks::grant cached = blocks_.take(nullptr, base::mib, 1, false);
  EXPECT_EQ(cached.record, fresh.record);
  EXPECT_FALSE(cached.zero);
  EXPECT_EQ(blocks_.cache_hits(), 1u);
  EXPECT_EQ(blocks_.allocations(), 2u);
}

TEST_F(large_blocks_test, alignment_is_kept) {
  for (std::size_t alignment = 1; alignment <= 1024; alignment *= 2) {
    slab& record = take(page_, alignment);
    EXPECT_TRUE(base::is_aligned(address_of(record), alignment * granule_bytes));
  }
}

TEST_F(large_blocks_test, grows_within_its_last_granule_and_into_free_neighbours) {
  slab& record = take(granule_bytes + page_);
  EXPECT_TRUE(blocks_.resize_in_place(record, 2 * granule_bytes));
  EXPECT_TRUE(blocks_.resize_in_place(record, 5 * granule_bytes));
  EXPECT_EQ(record.large_bytes, 5 * granule_bytes);
  EXPECT_EQ(blocks_.live_bytes(), 5 * granule_bytes);
  EXPECT_TRUE(holds(address_of(record), granule_bytes + page_, pattern));
  std::memset(address_of(record), 1, 5 * granule_bytes);
}

TEST_F(large_blocks_test, grows_into_a_cached_neighbour) {
  slab& first = take(4 * granule_bytes);
  slab& second = take(4 * granule_bytes);
  take(granule_bytes);
  blocks_.give(second);
  EXPECT_TRUE(blocks_.resize_in_place(first, 6 * granule_bytes));
  EXPECT_EQ(blocks_.cache().bytes(), 2 * granule_bytes);
  EXPECT_FALSE(blocks_.resize_in_place(first, 10 * granule_bytes)) << "somebody else's";
  EXPECT_EQ(first.large_bytes, 6 * granule_bytes);
}

TEST_F(large_blocks_test, shrinking_returns_pages_and_granules_at_once) {
  slab& record = take(10 * granule_bytes);
  const std::size_t before = os::resident_bytes();
  EXPECT_TRUE(blocks_.resize_in_place(record, 2 * granule_bytes + page_));
  EXPECT_EQ(before - os::resident_bytes(), 8 * granule_bytes - page_);
  const granule_run run{domain_.slabs.granule_of(record), 3};
  EXPECT_FALSE(domain_.regions.is_free(run.end() - 1));
  EXPECT_TRUE(domain_.regions.is_free(run.end()));
  EXPECT_TRUE(holds(address_of(record), record.large_bytes, pattern));
  expect_free_granules_are_clean();
}

// A run from the cache is dirty to its very end, also behind a smaller block.
TEST_F(large_blocks_test, shrinking_leaves_nothing_behind_in_a_run_from_the_cache) {
  blocks_.give(take(8 * granule_bytes));
  slab& record = take(7 * granule_bytes + page_);
  ASSERT_EQ(blocks_.cache_hits(), 1u);
  EXPECT_TRUE(blocks_.resize_in_place(record, page_));
  expect_free_granules_are_clean();
}

TEST_F(large_blocks_test, moving_leaves_nothing_behind_in_a_run_from_the_cache) {
  blocks_.give(take(16 * granule_bytes));
  slab& record = take(15 * granule_bytes + page_);
  ASSERT_EQ(blocks_.cache_hits(), 1u);
  slab* const moved = blocks_.move(record, 40 * granule_bytes);
  ASSERT_NE(moved, nullptr);
  EXPECT_TRUE(holds(address_of(*moved), 15 * granule_bytes + page_, pattern));
  expect_free_granules_are_clean();
}

TEST_F(large_blocks_test, a_refused_shrink_changes_nothing) {
  slab& record = take(10 * granule_bytes);
  os::fail_call(1);
  EXPECT_FALSE(blocks_.resize_in_place(record, granule_bytes));
  EXPECT_EQ(record.large_bytes, 10 * granule_bytes);
  EXPECT_TRUE(holds(address_of(record), 10 * granule_bytes, pattern));
}

TEST_F(large_blocks_test, moves_pages_instead_of_copying) {
  slab& record = take(base::mib);
  slab* const moved = blocks_.move(record, 4 * base::mib);
  ASSERT_NE(moved, nullptr);
  EXPECT_NE(moved, &record);
  EXPECT_EQ(moved->large_bytes, 4 * base::mib);
  EXPECT_TRUE(holds(address_of(*moved), base::mib, pattern));
  EXPECT_EQ(os::counts().bytes_moved, base::mib);
  EXPECT_EQ(record.state, slab_state::was_large);
  EXPECT_EQ(blocks_.live_count(), 1u);
  expect_free_granules_are_clean();
}

TEST_F(large_blocks_test, small_blocks_are_not_worth_moving) {
  EXPECT_EQ(blocks_.move(take(300 * base::kib), base::mib), nullptr);
  EXPECT_EQ(os::counts().move_pages, 0u);
}

TEST_F(large_blocks_test, a_system_that_moves_no_pages_is_no_harm) {
  os::facts().moves_pages = false;
  slab& record = take(base::mib);
  const std::size_t free_before = domain_.regions.free_granules();
  EXPECT_EQ(blocks_.move(record, 4 * base::mib), nullptr);
  EXPECT_EQ(domain_.regions.free_granules(), free_before);
  EXPECT_TRUE(holds(address_of(record), base::mib, pattern));
}

TEST_F(large_blocks_test, the_visitor_may_give_what_it_sees) {
  for (int i = 0; i < 50; ++i) take(300 * base::kib);
  blocks_.for_each([&](slab& record) { blocks_.give(record); });
  EXPECT_EQ(blocks_.live_count(), 0u);
  EXPECT_EQ(blocks_.live_bytes(), 0u);
}

TEST_F(large_blocks_test, refuses_what_the_window_does_not_hold) {
  EXPECT_EQ(blocks_.take(nullptr, 2 * base::gib, 1, false).record, nullptr);
  EXPECT_EQ(blocks_.live_count(), 0u);
}

}  // namespace
}  // namespace strata::core
