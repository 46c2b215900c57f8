#include "heap/large_cache.hpp"

#include <cstring>

#include "domain_fixture.hpp"

namespace strata::core {
namespace {

class large_cache_test : public test::domain_fixture {
 protected:
  granule_run take_run(std::size_t count) {
    const granule_run run = domain_.regions.take_run(count, 1);
    std::memset(domain_.regions.window().address(run.first), 0xee, run.bytes());
    return run;
  }

  ~large_cache_test() override { EXPECT_TRUE(cache_.invariant()); }

  basic_large_cache<os> cache_{domain_};
};

TEST_F(large_cache_test, what_was_put_is_taken) {
  const granule_run run = take_run(5);
  cache_.put(run, run.bytes());
  EXPECT_EQ(cache_.bytes(), run.bytes());
  EXPECT_EQ(cache_.take(5, 1), run);
  EXPECT_EQ(cache_.bytes(), 0u);
  EXPECT_FALSE(cache_.take(1, 1));
}

TEST_F(large_cache_test, the_smallest_run_that_fits_serves_and_the_rest_stays) {
  const granule_run large = take_run(20);
  take_run(1);  // keeps them apart
  const granule_run fitting = take_run(6);
  take_run(1);
  const granule_run small = take_run(2);
  for (const granule_run run : {large, fitting, small}) cache_.put(run, run.bytes());
  EXPECT_EQ(cache_.take(5, 1), (granule_run{fitting.first, 5}));
  EXPECT_EQ(cache_.take(1, 1), (granule_run{fitting.first + 5, 1}));
  EXPECT_EQ(cache_.bytes(), 22 * granule_bytes);
}

TEST_F(large_cache_test, neighbours_merge_on_both_sides) {
  const granule_run all = take_run(9);
  cache_.put({all.first, 3}, 3 * granule_bytes);
  cache_.put({all.first + 6, 3}, 3 * granule_bytes);
  EXPECT_FALSE(cache_.take(9, 1));
  cache_.put({all.first + 3, 3}, 3 * granule_bytes);
  EXPECT_EQ(cache_.take(9, 1), all);
}

TEST_F(large_cache_test, a_run_that_is_too_short_is_lengthened_by_free_neighbours) {
  const granule_run run = take_run(6);
  take_run(1);
  const granule_run behind = take_run(4);
  for (const granule_run each : {run, behind}) cache_.put(each, each.bytes());
  EXPECT_FALSE(cache_.take(8, 1));
  EXPECT_EQ(cache_.take_lengthened(8), (granule_run{behind.first, 8}))
      << "the longest has no room on either side";
  EXPECT_EQ(cache_.bytes(), run.bytes());
}

TEST_F(large_cache_test, runs_of_the_same_length_are_all_tried) {
  const granule_run enclosed = take_run(4);
  take_run(1);
  const granule_run last = take_run(4);
  for (const granule_run each : {enclosed, last}) cache_.put(each, each.bytes());
  EXPECT_EQ(cache_.take_lengthened(8), (granule_run{last.first, 8}));
}

TEST_F(large_cache_test, a_run_may_be_lengthened_in_front) {
  const granule_run before = take_run(3);
  const granule_run run = take_run(6);
  take_run(1);
  ASSERT_TRUE(os::decommit(domain_.regions.window().address(before.first), before.bytes(),
                           strata::os::decommit_mode::immediate));
  domain_.regions.return_run(before);
  cache_.put(run, run.bytes());
  EXPECT_EQ(cache_.take_lengthened(8), (granule_run{before.first + 1, 8}));
  EXPECT_TRUE(domain_.regions.is_free(before.first));
  EXPECT_FALSE(cache_.take_lengthened(8)) << "nothing is left";
}

TEST_F(large_cache_test, respects_alignment) {
  const granule_run run = domain_.regions.take_run(3, 4);
  ASSERT_EQ(run.first % 4, 0u);
  cache_.put({run.first + 1, 2}, 2 * granule_bytes);
  EXPECT_FALSE(cache_.take(1, 2));
  cache_.put({run.first, 1}, granule_bytes);
  EXPECT_TRUE(cache_.take(1, 4));
}

TEST_F(large_cache_test, grows_a_block_in_place) {
  const granule_run run = take_run(4);
  cache_.put(run, run.bytes());
  EXPECT_FALSE(cache_.take_at({run.first + 1, 1})) << "not at the front";
  EXPECT_FALSE(cache_.take_at({run.first, 5})) << "not enough";
  EXPECT_TRUE(cache_.take_at({run.first, 1}));
  EXPECT_EQ(cache_.take(3, 1), (granule_run{run.first + 1, 3}));
}

TEST_F(large_cache_test, purges_the_oldest_first_and_only_as_much_as_told) {
  const granule_run old = take_run(4);
  take_run(1);
  const granule_run young = take_run(4);
  cache_.put(old, old.bytes());
  cache_.put(young, young.bytes());
  EXPECT_EQ(cache_.purge(1), old.bytes());
  EXPECT_TRUE(domain_.regions.is_free(old.first));
  EXPECT_FALSE(domain_.regions.is_free(young.first));
  EXPECT_EQ(*domain_.regions.window().address(old.first), std::byte{0});
  EXPECT_EQ(cache_.purge(SIZE_MAX), young.bytes());
  EXPECT_EQ(cache_.bytes(), 0u);
}

TEST_F(large_cache_test, of_a_long_run_only_the_end_goes) {
  const granule_run run = take_run(40);
  cache_.put(run, run.bytes());
  EXPECT_EQ(cache_.purge(7 * granule_bytes), 7 * granule_bytes);
  EXPECT_EQ(cache_.bytes(), 33 * granule_bytes);
  EXPECT_TRUE(cache_.invariant());
  EXPECT_FALSE(domain_.regions.is_free(run.first + 32));
  EXPECT_TRUE(domain_.regions.is_free(run.first + 33));
  EXPECT_EQ(*domain_.regions.window().address(run.first + 33), std::byte{0});
  EXPECT_EQ(*domain_.regions.window().address(run.first), std::byte{0xee});
  EXPECT_EQ(cache_.take(33, 1), (granule_run{run.first, 33}));
}

TEST_F(large_cache_test, an_end_that_cannot_be_cleaned_stays) {
  const granule_run run = take_run(40);
  cache_.put(run, run.bytes());
  os::fail_call(1);
  EXPECT_EQ(cache_.purge(7 * granule_bytes), 0u);
  EXPECT_EQ(cache_.take(40, 1), run);
}

TEST_F(large_cache_test, what_is_resident_decides_what_goes) {
  const granule_run run = take_run(40);
  cache_.put(run, 10 * granule_bytes);
  EXPECT_EQ(cache_.purge(6 * granule_bytes), 6 * granule_bytes);
  EXPECT_EQ(cache_.take(4, 1), (granule_run{run.first, 4}));
  EXPECT_EQ(cache_.bytes(), 0u);
}

TEST_F(large_cache_test, when_full_the_oldest_makes_room) {
  granule_run runs[40];
  for (granule_run& run : runs) {
    run = take_run(1);
    take_run(1);
  }
  for (const granule_run run : runs) cache_.put(run, run.bytes());
  EXPECT_TRUE(domain_.regions.is_free(runs[0].first));
  EXPECT_FALSE(domain_.regions.is_free(runs[39].first));
  EXPECT_LT(cache_.bytes(), 40 * granule_bytes);
}

TEST_F(large_cache_test, what_cannot_be_cleaned_is_not_lost) {
  const granule_run run = take_run(4);
  cache_.put(run, run.bytes());
  os::fail_call(1);
  EXPECT_EQ(cache_.purge(SIZE_MAX), 0u);
  EXPECT_FALSE(domain_.regions.is_free(run.first)) << "the region's free granules hold zeros";
  EXPECT_EQ(cache_.purge(SIZE_MAX), run.bytes());
  EXPECT_TRUE(domain_.regions.is_free(run.first));
}

}  // namespace
}  // namespace strata::core
