#include "heap/segment_set.hpp"

#include <cstring>
#include <random>
#include <vector>

#include "domain_fixture.hpp"

namespace strata::core {
namespace {

class segment_set_test : public test::domain_fixture {
 protected:
  using segment_set = basic_segment_set<os>;

  static constexpr std::size_t small = class_of(1024);
  static constexpr std::size_t medium = class_of(medium_max);

  // A slab of which the first `touched` blocks were written.
  slab* take(segment_set& from, std::size_t index, std::size_t touched = 1) {
    slab* const taken = from.take(&from, slab_granules(index));
    if (taken == nullptr) return nullptr;
    format_slab(*taken, static_cast<class_index>(index), &owner_, taken->zero);
    for (block* at = extend(*taken, address_of(*taken), touched); at != nullptr;) {
      block* const next = at->next;
      std::memset(at, 0xee, class_size(index));
      at = next;
    }
    return taken;
  }

  void give(segment_set& to, slab* record) {
    record->used = 0;
    to.give(*record);
  }

  segment_set segments_{domain_};

 private:
  struct nobody : owner {
    nobody() : owner(true) {}
  };
  nobody owner_;
};

TEST_F(segment_set_test, slabs_are_cut_side_by_side) {
  slab* const first = take(segments_, small);
  slab* const second = take(segments_, small);
  slab* const third = take(segments_, medium);
  EXPECT_EQ(second, first + 1);
  EXPECT_EQ(third, first + 2);
  EXPECT_EQ(third->state, slab_state::active);
  for (std::size_t i = 1; i < medium_granules; ++i) {
    EXPECT_EQ(third[i].state, slab_state::tail);
    EXPECT_EQ(&third[i] - third[i].head_distance, third);
  }
  EXPECT_EQ(segments_.count(), 1u);
  EXPECT_TRUE(segments_.invariant());
}

TEST_F(segment_set_test, a_full_segment_gets_a_companion) {
  for (std::size_t i = 0; i < segment_granules; ++i) ASSERT_NE(take(segments_, small), nullptr);
  EXPECT_EQ(segments_.count(), 1u);
  EXPECT_TRUE(segments_.invariant());
  slab* const more = take(segments_, small);
  EXPECT_EQ(segments_.count(), 2u);
  give(segments_, more - 1);
  EXPECT_TRUE(segments_.invariant());
  EXPECT_EQ(take(segments_, small), more - 1);
}

TEST_F(segment_set_test, warm_granules_are_used_first_and_are_not_said_to_be_zero) {
  slab* const first = take(segments_, small);
  slab* const second = take(segments_, small);
  EXPECT_TRUE(first->zero);
  give(segments_, first);
  EXPECT_EQ(segments_.retained(), os::page_size());
  slab* const again = take(segments_, small);
  EXPECT_EQ(again, first);
  EXPECT_FALSE(again->zero);
  EXPECT_EQ(segments_.retained(), 0u);
  give(segments_, second);
  slab* const wide = take(segments_, medium);
  EXPECT_EQ(wide, second);
  EXPECT_FALSE(wide->zero) << "one of its granules is warm";
}

TEST_F(segment_set_test, what_is_said_to_be_zero_is_zero) {
  std::mt19937 random(1);
  std::vector<slab*> slabs;
  for (int step = 0; step < 2000; ++step) {
    const std::size_t index = random() % 3 == 0 ? medium : small;
    if (random() % 2 == 0 || slabs.empty()) {
      slab* const taken = segments_.take(this, slab_granules(index));
      ASSERT_NE(taken, nullptr);
      if (taken->zero) {
        const std::byte* const start = address_of(*taken);
        for (std::size_t at = 0; at < slab_bytes(index); at += 8) {
          ASSERT_EQ(start[at], std::byte{0}) << "step " << step;
        }
      }
      format_slab(*taken, static_cast<class_index>(index), nullptr, taken->zero);
      const std::size_t touched = 1 + random() % blocks_per_slab(index);
      for (block* at = extend(*taken, address_of(*taken), touched); at != nullptr;) {
        block* const next = at->next;
        std::memset(at, 0xee, class_size(index));
        at = next;
      }
      slabs.push_back(taken);
    } else {
      const std::size_t which = random() % slabs.size();
      give(segments_, slabs[which]);
      slabs.erase(slabs.begin() + static_cast<std::ptrdiff_t>(which));
    }
    if (random() % 50 == 0) segments_.purge(random() % (64 * granule_bytes));
    ASSERT_TRUE(segments_.invariant()) << "step " << step;
  }
}

TEST_F(segment_set_test, retained_is_what_is_resident) {
  std::vector<slab*> slabs;
  for (std::size_t i = 0; i < 20; ++i) slabs.push_back(take(segments_, small, i + 1));
  slabs.push_back(take(segments_, medium, 2));
  const std::size_t before = os::resident_bytes();
  for (slab* each : slabs) give(segments_, each);
  EXPECT_TRUE(segments_.invariant());
  const std::size_t retained = segments_.retained();
  EXPECT_EQ(segments_.purge(SIZE_MAX), retained);
  EXPECT_EQ(before - os::resident_bytes(), retained);
  EXPECT_EQ(segments_.retained(), 0u);
}

TEST_F(segment_set_test, neighbours_go_back_in_one_call) {
  std::vector<slab*> slabs;
  for (int i = 0; i < 10; ++i) slabs.push_back(take(segments_, small));
  slab* const stays = slabs[5];
  for (slab* each : slabs) {
    if (each != stays) give(segments_, each);
  }
  const std::size_t calls = os::counts().decommit;
  segments_.purge(SIZE_MAX);
  EXPECT_EQ(os::counts().decommit, calls + 2);
  EXPECT_EQ(address_of(*stays)[100], std::byte{0xee});
}

TEST_F(segment_set_test, purges_no_more_runs_than_it_is_told) {
  std::vector<slab*> slabs;
  for (int i = 0; i < 9; ++i) slabs.push_back(take(segments_, small));
  for (std::size_t i = 0; i < 9; i += 2) give(segments_, slabs[i]);
  const std::size_t page = os::page_size();
  EXPECT_EQ(segments_.purge(2 * page), 2 * page);
  EXPECT_EQ(segments_.retained(), 3 * page);
  EXPECT_TRUE(segments_.invariant());
}

TEST_F(segment_set_test, of_a_long_run_only_the_end_goes) {
  std::vector<slab*> slabs;
  for (int i = 0; i < 40; ++i) {
    slabs.push_back(take(segments_, small, blocks_per_slab(small)));
  }
  for (slab* each : slabs) give(segments_, each);
  const std::size_t calls = os::counts().decommit;
  const std::size_t retained = segments_.retained();
  const std::size_t purged = segments_.purge(7 * granule_bytes);
  EXPECT_GE(purged, 7 * granule_bytes);
  EXPECT_LT(purged, 9 * granule_bytes);
  EXPECT_EQ(segments_.retained(), retained - purged);
  EXPECT_LE(os::counts().decommit, calls + 2);
  EXPECT_TRUE(segments_.invariant());
  EXPECT_FALSE(take(segments_, small)->zero) << "the first slab is on pages that stayed";
}

TEST_F(segment_set_test, an_empty_segment_serves_another_heap) {
  segment_set other(domain_);
  slab* const first = take(segments_, small);
  give(segments_, first);
  EXPECT_EQ(segments_.count(), 1u);
  segments_.purge(SIZE_MAX);
  EXPECT_EQ(segments_.count(), 0u);
  slab* const second = take(other, small);
  EXPECT_EQ(second, first);
  EXPECT_TRUE(second->zero);
  EXPECT_TRUE(segments_.invariant());
  EXPECT_TRUE(other.invariant());
}

TEST_F(segment_set_test, a_refused_purge_keeps_what_it_has) {
  slab* const first = take(segments_, small);
  give(segments_, first);
  os::fail_call(1);
  EXPECT_EQ(segments_.purge(SIZE_MAX), 0u);
  EXPECT_EQ(segments_.retained(), os::page_size());
  EXPECT_EQ(segments_.count(), 1u);
  EXPECT_EQ(segments_.purge(SIZE_MAX), os::page_size());
  EXPECT_EQ(segments_.count(), 0u);
}

TEST_F(segment_set_test, gives_all_whatever_is_in_use) {
  for (int i = 0; i < 100; ++i) ASSERT_NE(take(segments_, i % 7 == 0 ? medium : small), nullptr);
  segments_.give_all();
  EXPECT_TRUE(segments_.invariant());
  std::size_t slabs = 0;
  segments_.for_each_slab([&](const slab&) { ++slabs; });
  EXPECT_EQ(slabs, 0u);
  segments_.purge(SIZE_MAX);
  EXPECT_EQ(segments_.count(), 0u);
  EXPECT_EQ(domain_.regions.free_granules(), domain_.regions.window().opened() / granule_bytes);
}

TEST_F(segment_set_test, uses_every_granule_before_it_refuses) {
  const std::size_t granules = base::gib / granule_bytes;
  std::vector<slab*> slabs;
  for (std::size_t i = 0; i < granules; ++i) {
    slab* const taken = segments_.take(this, 1);
    ASSERT_NE(taken, nullptr) << i;
    format_slab(*taken, small, nullptr, taken->zero);
    slabs.push_back(taken);
  }
  EXPECT_EQ(segments_.take(this, 1), nullptr);
  // Room for a medium slab, but behind many segments without.
  for (std::size_t i = 0; i < slabs.size(); i += segment_granules) give(segments_, slabs[i]);
  for (std::size_t i = 1; i < medium_granules; ++i) give(segments_, slabs[i]);
  for (std::size_t i = segment_granules; i < slabs.size(); i += segment_granules) {
    give(segments_, slabs[i + 2]);
  }
  EXPECT_TRUE(segments_.invariant());
  EXPECT_EQ(segments_.take(this, medium_granules), slabs[0]);
}

TEST_F(segment_set_test, visits_the_head_of_every_slab) {
  std::vector<const slab*> expected;
  for (int i = 0; i < 20; ++i) expected.push_back(take(segments_, i % 3 == 0 ? medium : small));
  std::vector<const slab*> seen;
  segments_.for_each_slab([&](const slab& head) { seen.push_back(&head); });
  std::sort(expected.begin(), expected.end());
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, expected);
}

// Where a fork from a signal handler may have interrupted the thread that takes.
TEST_F(segment_set_test, does_not_visit_a_slab_that_has_no_owner_yet) {
  ASSERT_NE(segments_.take(&segments_, slab_granules(medium)), nullptr);
  std::size_t slabs = 0;
  segments_.for_each_slab([&](const slab&) { ++slabs; });
  EXPECT_EQ(slabs, 0u);
}

}  // namespace
}  // namespace strata::core
