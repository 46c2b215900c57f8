#include "region/region_space.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include "region_fixture.hpp"

namespace strata::core {
namespace {

class region_space_test : public test::region_fixture {
 protected:
  using space = basic_region_space<os>;

  void start(std::size_t reserve, region_schedule schedule = {}) {
    ASSERT_TRUE(space_.start(schedule, reserve));
  }

  ~region_space_test() override { EXPECT_TRUE(space_.invariant()); }

  [[nodiscard]] std::byte* address(std::size_t granule) const {
    return space_.window().address(granule);
  }

  static constexpr std::size_t granules_per_gib = base::gib / granule_bytes;

  space space_;
};

TEST_F(region_space_test, a_segment_is_a_whole_aligned_word) {
  start(base::gib);
  const segment_grant first = space_.take_segment();
  const segment_grant second = space_.take_segment();
  EXPECT_EQ(first.granules, base::word_full);
  EXPECT_EQ(second.granules, base::word_full);
  EXPECT_EQ(first.index, 0u);
  EXPECT_EQ(second.index, 1u) << "memory fills from low addresses";
  EXPECT_TRUE(base::is_aligned(address(first.index * segment_granules), segment_bytes));
  space_.return_segment(first);
  EXPECT_EQ(space_.take_segment().index, 0u);
}

TEST_F(region_space_test, regions_grow_by_the_schedule) {
  constexpr region_schedule schedule{segment_bytes, 2, 2};
  start(base::gib, schedule);
  std::size_t opened = 0;
  for (std::size_t region = 0; region < 8; ++region) {
    const std::size_t bytes = schedule.bytes_of(region);
    for (std::size_t i = 0; i < bytes / segment_bytes; ++i) ASSERT_TRUE(space_.take_segment());
    opened += bytes;
    EXPECT_EQ(space_.region_count(), region + 1);
    EXPECT_EQ(space_.window().opened(), opened);
  }
}

TEST_F(region_space_test, a_region_is_never_given_back) {
  start(base::gib);
  std::vector<segment_grant> grants;
  for (int i = 0; i < 20; ++i) grants.push_back(space_.take_segment());
  const std::size_t committed = os::committed_bytes();
  for (const segment_grant& grant : grants) space_.return_segment(grant);
  EXPECT_EQ(os::committed_bytes(), committed);
  EXPECT_EQ(os::counts().release, 0u);
  const std::size_t regions = space_.region_count();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(space_.take_segment());
  EXPECT_EQ(space_.region_count(), regions) << "what came back was not used";
}

TEST_F(region_space_test, runs_are_found_at_the_lowest_place) {
  start(base::gib);
  const granule_run first = space_.take_run(3, 1);
  const granule_run second = space_.take_run(5, 1);
  EXPECT_EQ(first, (granule_run{0, 3}));
  EXPECT_EQ(second, (granule_run{3, 5}));
  space_.return_run(first);
  EXPECT_EQ(space_.take_run(4, 1), (granule_run{8, 4}));
  EXPECT_EQ(space_.take_run(3, 1), first);
}

TEST_F(region_space_test, a_run_may_be_larger_than_the_next_region) {
  start(4 * base::gib);
  const granule_run run = space_.take_run(granules_per_gib + 1, 1);
  ASSERT_TRUE(run);
  *address(run.first) = *(address(run.end()) - 1) = std::byte{1};
  EXPECT_EQ(space_.region_count(), 1u);
}

TEST_F(region_space_test, runs_can_be_aligned_up_to_a_gigabyte) {
  start(16 * base::gib);
  ASSERT_TRUE(space_.take_run(1, 1));
  for (std::size_t alignment = 1; alignment <= granules_per_gib; alignment *= 2) {
    const granule_run run = space_.take_run(2, alignment);
    ASSERT_TRUE(run) << alignment;
    EXPECT_TRUE(base::is_aligned(address(run.first), alignment * granule_bytes)) << alignment;
    EXPECT_TRUE(space_.invariant());
  }
}

TEST_F(region_space_test, what_is_skipped_for_alignment_stays_free) {
  start(16 * base::gib);
  ASSERT_TRUE(space_.take_run(1, 1));
  ASSERT_TRUE(space_.take_run(1, granules_per_gib));
  const std::size_t opened = space_.window().opened();
  ASSERT_TRUE(space_.take_run(1000, 1));
  EXPECT_EQ(space_.window().opened(), opened);
}

TEST_F(region_space_test, impossible_runs_are_refused_without_harm) {
  start(base::gib);
  EXPECT_FALSE(space_.take_run(granules_per_gib + 1, 1));
  EXPECT_FALSE(space_.take_run(SIZE_MAX / granule_bytes, 1));
  EXPECT_FALSE(space_.take_run(1, std::size_t{1} << 46));
  EXPECT_TRUE(space_.take_run(granules_per_gib, 1));
  EXPECT_FALSE(space_.take_run(1, 1));
  EXPECT_FALSE(space_.take_segment());
}

TEST_F(region_space_test, takes_exactly_the_granules_that_growth_in_place_needs) {
  start(base::gib);
  const granule_run block = space_.take_run(2, 1);
  EXPECT_TRUE(space_.take_at({block.end(), 3}));
  EXPECT_FALSE(space_.take_at({block.end(), 1})) << "taken already";
  EXPECT_FALSE(space_.take_at({block.end() + 2, 2})) << "partly taken";
  const std::size_t end = space_.window().opened() / granule_bytes;
  EXPECT_FALSE(space_.take_at({end - 1, 2})) << "beyond what is opened";
  EXPECT_TRUE(space_.take_at({end - 1, 1}));
}

TEST_F(region_space_test, returns_twice_are_noticed) {
  start(base::gib);
  const granule_run run = space_.take_run(2, 1);
  space_.return_run({run.first, 1});
  EXPECT_DEATH(space_.return_run(run), "granules are returned twice");
  const segment_grant grant = space_.take_segment();
  space_.return_segment(grant);
  EXPECT_DEATH(space_.return_segment(grant), "a segment is returned that no heap owned");
}

TEST_F(region_space_test, the_listener_hears_of_a_region_before_anybody_gets_it) {
  start(base::gib);
  std::vector<granule_run> heard;
  space_.listen({[](void* context, granule_run run) noexcept {
                   static_cast<std::vector<granule_run>*>(context)->push_back(run);
                   return true;
                 },
                 &heard});
  ASSERT_TRUE(space_.take_run(1, 1));
  EXPECT_EQ(heard, std::vector<granule_run>({{0, 256}}));
}

TEST_F(region_space_test, what_the_listener_refuses_is_not_handed_out) {
  start(base::gib);
  bool agrees = false;
  space_.listen(
      {[](void* context, granule_run) noexcept { return *static_cast<bool*>(context); }, &agrees});
  EXPECT_FALSE(space_.take_run(1, 1));
  EXPECT_EQ(space_.free_granules(), 0u);
  agrees = true;
  const granule_run run = space_.take_run(1, 1);
  ASSERT_TRUE(run);
  EXPECT_EQ(run.first, 256u);
}

TEST_F(region_space_test, short_of_memory_a_segment_is_what_is_left_of_a_word) {
  start(base::gib);
  ASSERT_TRUE(space_.take_run(granules_per_gib - 10, 1));
  const segment_grant rest = space_.take_segment();
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest.granules, base::bit_run(54, 10));
  EXPECT_FALSE(space_.take_segment());
  space_.return_segment(rest);
  EXPECT_EQ(space_.free_granules(), 10u);
}

TEST_F(region_space_test, a_rest_is_not_given_to_two_heaps) {
  start(base::gib);
  const granule_run most = space_.take_run(granules_per_gib - 10, 1);
  ASSERT_TRUE(space_.take_segment());
  space_.return_run({most.end() - 5, 5});  // granules of the word, but not of the segment
  EXPECT_FALSE(space_.take_segment());
  EXPECT_TRUE(space_.take_run(5, 1));
}

TEST_F(region_space_test, a_claimed_window_grows_in_small_regions) {
  limit_address_space(256 * base::mib);
  start(0);
  ASSERT_TRUE(space_.take_run(1, 1));
  EXPECT_LE(space_.window().opened(), 4 * base::mib);
  std::size_t runs = 1;
  while (space_.take_run(8, 1)) ++runs;
  EXPECT_GT(runs * 8 * granule_bytes, 230 * base::mib) << "the limit can be used up";
}

TEST_F(region_space_test, a_run_is_found_behind_a_foreign_mapping) {
  limit_address_space(base::gib);
  start(0);
  ASSERT_TRUE(space_.take_run(256, 1));
  const std::size_t opened = space_.window().opened();
  ASSERT_EQ(opened, 256 * granule_bytes);
  ASSERT_TRUE(os::reserve_at(space_.window().base() + opened, granule_bytes,
                             strata::os::initial_access::none));
  for (const std::size_t alignment : {std::size_t{256}, std::size_t{64}, std::size_t{1}}) {
    const granule_run run = space_.take_run(100, alignment);
    ASSERT_TRUE(run) << alignment;
    EXPECT_TRUE(base::is_aligned(address(run.first), alignment * granule_bytes));
    *(address(run.end()) - 1) = *address(run.first) = std::byte{1};
  }
  EXPECT_TRUE(space_.take_segment());
}

TEST_F(region_space_test, a_start_that_failed_can_be_repeated_and_leaves_nothing) {
  for (std::size_t n = 2; n < 6; ++n) {
    os::fail_call(n);
    static_cast<void>(space_.start({}, base::gib));
  }
  os::fail_none();
  start(base::gib);
  EXPECT_LT(os::reserved_bytes(), 2 * base::gib);
  EXPECT_TRUE(space_.take_segment());
}

// Every operation at random, against one byte per granule.
class region_space_model : public region_space_test {
 protected:
  enum : char { unopened, available, taken };

  void play(unsigned seed, int steps) {
    std::mt19937 random(seed);
    for (int step = 0; step < steps; ++step) {
      switch (random() % 8) {
        case 0:
          take_segment();
          break;
        case 1:
        case 2:
          take_run(1 + random() % 150, std::size_t{1} << (random() % 9));
          break;
        case 3:
          take_at(random());
          break;
        case 4:
          return_segment(random());
          break;
        default:
          return_run(random());
          break;
      }
      ASSERT_TRUE(space_.invariant()) << "step " << step;
      ASSERT_EQ(space_.free_granules(), count(available)) << "step " << step;
    }
  }

 private:
  void learn_of_regions() {
    const std::size_t opened = space_.window().opened() / granule_bytes;
    while (map_.size() < opened) map_.push_back(available);
  }

  void mark(granule_run run, char from, char to) {
    for (std::size_t i = run.first; i < run.end(); ++i) {
      ASSERT_EQ(map_.at(i), from);
      map_[i] = to;
    }
  }

  [[nodiscard]] std::size_t count(char state) const {
    return static_cast<std::size_t>(std::count(map_.begin(), map_.end(), state));
  }

  void take_segment() {
    const segment_grant grant = space_.take_segment();
    learn_of_regions();
    if (!grant) return;
    for (std::size_t i = 0; i < segment_granules; ++i) {
      if ((grant.granules >> i & 1) != 0) {
        mark({grant.index * segment_granules + i, 1}, available, taken);
      }
    }
    segments_.push_back(grant);
  }

  void take_run(std::size_t granules, std::size_t alignment) {
    const granule_run run = space_.take_run(granules, alignment);
    learn_of_regions();
    if (!run) return;
    ASSERT_EQ(run.count, granules);
    ASSERT_TRUE(base::is_aligned(address(run.first), alignment * granule_bytes));
    mark(run, available, taken);
    runs_.push_back(run);
  }

  void take_at(std::size_t chance) {
    if (map_.empty()) return;
    const granule_run run{chance % map_.size(), 1 + chance / 7 % 5};
    bool free = run.end() <= map_.size();
    for (std::size_t i = run.first; free && i < run.end(); ++i) free = map_[i] == available;
    ASSERT_EQ(space_.take_at(run), free);
    if (!free) return;
    mark(run, available, taken);
    runs_.push_back(run);
  }

  void return_segment(std::size_t chance) {
    if (segments_.empty()) return;
    const std::size_t which = chance % segments_.size();
    const segment_grant grant = segments_[which];
    segments_.erase(segments_.begin() + static_cast<std::ptrdiff_t>(which));
    space_.return_segment(grant);
    for (std::size_t i = 0; i < segment_granules; ++i) {
      if ((grant.granules >> i & 1) != 0) {
        mark({grant.index * segment_granules + i, 1}, taken, available);
      }
    }
  }

  // The whole run or its end, as a block that shrinks does.
  void return_run(std::size_t chance) {
    if (runs_.empty()) return;
    const std::size_t which = chance % runs_.size();
    granule_run& run = runs_[which];
    const std::size_t kept = chance / 16 % 2 == 0 ? 0 : run.count / 2;
    const granule_run gone{run.first + kept, run.count - kept};
    space_.return_run(gone);
    mark(gone, taken, available);
    run.count = kept;
    if (kept == 0) runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(which));
  }

  std::vector<char> map_;
  std::vector<segment_grant> segments_;
  std::vector<granule_run> runs_;
};

TEST_F(region_space_model, agrees_while_memory_is_plenty) {
  start(base::gib, {segment_bytes, 2, 3});
  play(1, 3000);
}

TEST_F(region_space_model, agrees_while_memory_is_short) {
  start(64 * base::mib);
  play(2, 3000);
}

TEST_F(region_space_model, agrees_in_a_claimed_window) {
  limit_address_space(64 * base::mib);
  start(0);
  play(3, 3000);
}

}  // namespace
}  // namespace strata::core
