#include "region/window.hpp"

#include "region_fixture.hpp"

namespace strata::core {
namespace {

class window_test : public test::region_fixture {
 protected:
  // Fails the test unless the run's first and last bytes can be written.
  void expect_usable(granule_run run) {
    ASSERT_TRUE(run);
    *window_.address(run.first) = std::byte{1};
    *(window_.address(run.end()) - 1) = std::byte{2};
  }

  basic_window<os> window_;
};

TEST_F(window_test, reserves_at_once_what_it_is_told) {
  ASSERT_TRUE(window_.start(3 * base::gib));
  EXPECT_TRUE(window_.reserved());
  EXPECT_EQ(window_.size(), 4 * base::gib) << "a power of two";
  EXPECT_EQ(os::reserved_bytes(), 4 * base::gib);
  EXPECT_EQ(os::committed_bytes(), 0u);
  EXPECT_EQ(window_.granules(), 4 * base::gib / granule_bytes);
  EXPECT_TRUE(window_.invariant());
}

TEST_F(window_test, a_small_reservation_is_one_too) {
  ASSERT_TRUE(window_.start(256 * base::mib));
  EXPECT_TRUE(window_.reserved());
  EXPECT_EQ(window_.size(), 256 * base::mib);
}

TEST_F(window_test, chooses_its_size_from_the_machine) {
  os::facts().physical_memory = 48 * base::gib;
  ASSERT_TRUE(window_.start(0));
  EXPECT_EQ(window_.size(), 512 * base::gib);
}

TEST_F(window_test, halves_until_the_system_agrees) {
  os::fail_call(1);
  ASSERT_TRUE(window_.start(4 * base::gib));
  EXPECT_TRUE(window_.reserved());
  EXPECT_EQ(window_.size(), 2 * base::gib);
}

TEST_F(window_test, claims_when_every_reservation_is_refused) {
  os::fail_call(1);
  ASSERT_TRUE(window_.start(base::gib));
  EXPECT_FALSE(window_.reserved());
  EXPECT_EQ(window_.size(), base::gib);
  EXPECT_EQ(os::reserved_bytes(), 0u);
  EXPECT_TRUE(window_.invariant());
  expect_usable(window_.open(16 * base::mib, granule_bytes));
}

TEST_F(window_test, a_limited_window_follows_the_limit) {
  limit_address_space(300 * base::mib);
  ASSERT_TRUE(window_.start(0));
  EXPECT_FALSE(window_.reserved());
  EXPECT_EQ(window_.size(), base::gib);
  EXPECT_EQ(os::reserved_bytes(), 0u);
}

TEST_F(window_test, does_not_start_where_nothing_can_be_had) {
  os::fail_from(1);
  EXPECT_FALSE(window_.start(0));
}

TEST_F(window_test, opens_upwards_without_gaps) {
  ASSERT_TRUE(window_.start(base::gib));
  const granule_run first = window_.open(16 * base::mib, granule_bytes);
  const granule_run second = window_.open(32 * base::mib, granule_bytes);
  EXPECT_EQ(first, (granule_run{0, 256}));
  EXPECT_EQ(second, (granule_run{256, 512}));
  expect_usable(first);
  expect_usable(second);
  EXPECT_EQ(window_.opened(), 48 * base::mib);
  EXPECT_EQ(os::committed_bytes(), 48 * base::mib);
}

TEST_F(window_test, opens_less_when_refused_but_never_less_than_needed) {
  ASSERT_TRUE(window_.start(base::gib));
  os::fail_call(1);
  EXPECT_EQ(window_.open(16 * base::mib, granule_bytes).bytes(), 8 * base::mib);
  os::fail_from(1);
  EXPECT_FALSE(window_.open(16 * base::mib, 5 * granule_bytes));
  os::fail_none();
  EXPECT_EQ(window_.opened(), 8 * base::mib) << "a refusal costs nothing";
}

TEST_F(window_test, ends_at_its_size) {
  ASSERT_TRUE(window_.start(base::gib));
  EXPECT_FALSE(window_.open(2 * base::gib, 2 * base::gib));
  expect_usable(window_.open(base::gib, base::gib));
  EXPECT_FALSE(window_.open(granule_bytes, granule_bytes));
}

TEST_F(window_test, claims_piece_by_piece_up_to_the_limit) {
  limit_address_space(64 * base::mib);
  ASSERT_TRUE(window_.start(0));
  expect_usable(window_.open(16 * base::mib, base::mib));
  expect_usable(window_.open(16 * base::mib, base::mib));
  EXPECT_EQ(os::reserved_bytes(), 32 * base::mib);
  const granule_run rest = window_.open(64 * base::mib, base::mib);
  expect_usable(rest);
  EXPECT_EQ(rest.bytes(), 32 * base::mib);
  EXPECT_FALSE(window_.open(base::mib, base::mib));
}

TEST_F(window_test, being_out_of_address_space_uses_up_no_window) {
  limit_address_space(16 * base::mib);
  ASSERT_TRUE(window_.start(0));
  expect_usable(window_.open(16 * base::mib, 16 * base::mib));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(window_.open(base::mib, base::mib));
  EXPECT_EQ(window_.opened(), 16 * base::mib);
  limit_address_space(64 * base::mib);
  expect_usable(window_.open(base::mib, base::mib));
}

TEST_F(window_test, steps_over_other_mappings) {
  limit_address_space(base::gib);
  ASSERT_TRUE(window_.start(0));
  expect_usable(window_.open(4 * base::mib, 4 * base::mib));
  ASSERT_TRUE(os::reserve_at(window_.address(64), granule_bytes, strata::os::initial_access::none));
  const granule_run beyond = window_.open(4 * base::mib, 4 * base::mib);
  expect_usable(beyond);
  EXPECT_EQ(beyond, (granule_run{128, 64}));
  EXPECT_TRUE(window_.invariant());
}

TEST_F(window_test, takes_less_before_it_steps) {
  limit_address_space(base::gib);
  ASSERT_TRUE(window_.start(0));
  ASSERT_TRUE(os::reserve_at(window_.address(8), granule_bytes, strata::os::initial_access::none));
  EXPECT_EQ(window_.open(base::mib, granule_bytes), (granule_run{0, 8}));
}

TEST_F(window_test, a_claim_that_cannot_be_committed_is_undone) {
  limit_address_space(base::gib);
  ASSERT_TRUE(window_.start(0));
  os::fail_call(2);  // the commit behind the first reservation
  expect_usable(window_.open(base::mib, granule_bytes));
  EXPECT_EQ(os::reserved_bytes(), base::mib / 2);
}

TEST_F(window_test, shrinks_to_what_is_opened_and_goes_on) {
  ASSERT_TRUE(window_.start(16 * base::gib));
  std::byte* const place = window_.base();
  expect_usable(window_.open(16 * base::mib, granule_bytes));
  window_.shrink(256 * base::mib);
  EXPECT_FALSE(window_.reserved());
  EXPECT_EQ(os::reserved_bytes(), 16 * base::mib);
  EXPECT_EQ(window_.base(), place);
  EXPECT_EQ(window_.size(), 512 * base::mib);
  EXPECT_TRUE(window_.invariant());
  expect_usable(window_.open(16 * base::mib, granule_bytes));
  EXPECT_EQ(os::reserved_bytes(), 32 * base::mib);
}

TEST_F(window_test, contains_exactly_what_is_opened) {
  ASSERT_TRUE(window_.start(base::gib));
  EXPECT_FALSE(window_.contains(window_.base()));
  const granule_run run = window_.open(16 * base::mib, granule_bytes);
  EXPECT_TRUE(window_.contains(window_.address(run.first)));
  EXPECT_TRUE(window_.contains(window_.address(run.end()) - 1));
  EXPECT_FALSE(window_.contains(window_.address(run.end())));
  EXPECT_FALSE(window_.contains(window_.base() - 1));
  EXPECT_FALSE(window_.contains(nullptr));
  EXPECT_EQ(window_.granule_of(window_.address(7) + 5), 7u);
}

}  // namespace
}  // namespace strata::core
