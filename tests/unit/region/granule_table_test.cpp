#include "region/granule_table.hpp"

#include "region_fixture.hpp"

namespace strata::core {
namespace {

struct record {
  std::uint64_t value;
  std::uint64_t unused;
};

class granule_table_test : public test::region_fixture {
 protected:
  void start(std::size_t bytes) {
    ASSERT_TRUE(window_.start(bytes));
    ASSERT_TRUE(table_.start(window_));
  }

  static const void* pointer(std::uintptr_t address) {
    return reinterpret_cast<const void*>(address);
  }

  record before_start_{};
  basic_window<os> window_;
  basic_granule_table<os, record> table_{&before_start_};
};

TEST_F(granule_table_test, before_start_every_pointer_leads_to_one_record) {
  for (const std::uintptr_t address :
       {std::uintptr_t{0}, std::uintptr_t{1} << 16, UINTPTR_MAX, UINTPTR_MAX / 3}) {
    EXPECT_EQ(&table_.find(pointer(address)), &before_start_);
  }
}

TEST_F(granule_table_test, every_granule_has_a_record_of_its_own_and_back) {
  start(base::gib);
  for (std::size_t granule = 0; granule < window_.granules(); ++granule) {
    const std::byte* const start = window_.address(granule);
    const record& found = table_.find(start);
    ASSERT_EQ(&found, &table_.at(granule));
    ASSERT_EQ(&found, &table_.find(start + granule_bytes - 1));
    ASSERT_EQ(table_.granule_of(found), granule);
    ASSERT_EQ(table_.address_of(found), start);
  }
}

TEST_F(granule_table_test, any_pointer_leads_to_a_readable_record) {
  start(base::gib);
  const auto base = reinterpret_cast<std::uintptr_t>(window_.base());
  for (const std::uintptr_t address :
       {std::uintptr_t{0}, std::uintptr_t{1}, base - 1, base + window_.size(), UINTPTR_MAX}) {
    const record& found = table_.find(pointer(address));
    EXPECT_LT(table_.granule_of(found), window_.granules());
    EXPECT_EQ(found.value, 0u);
  }
  EXPECT_EQ(table_.committed_bytes(), 0u);
}

TEST_F(granule_table_test, addresses_around_the_window_wrap_around) {
  start(base::gib);
  const auto base = reinterpret_cast<std::uintptr_t>(window_.base());
  EXPECT_EQ(&table_.find(pointer(base + window_.size())), &table_.at(0));
  EXPECT_EQ(&table_.find(pointer(base - 1)), &table_.at(window_.granules() - 1));
}

TEST_F(granule_table_test, opened_records_are_zero_and_writable) {
  start(base::gib);
  const granule_run low{0, 3};
  const granule_run high{window_.granules() - 300, 300};
  ASSERT_TRUE(table_.open(low));
  ASSERT_TRUE(table_.open(high));
  for (const granule_run run : {low, high}) {
    for (std::size_t granule = run.first; granule < run.end(); ++granule) {
      EXPECT_EQ(table_.at(granule).value, 0u);
      table_.at(granule).value = granule + 1;
    }
  }
  EXPECT_EQ(table_.at(2).value, 3u);
  EXPECT_GT(table_.committed_bytes(), 0u);
}

TEST_F(granule_table_test, refusals_are_values) {
  ASSERT_TRUE(window_.start(base::gib));
  os::fail_call(1);
  EXPECT_FALSE(table_.start(window_));
  EXPECT_EQ(&table_.find(this), &before_start_);
  ASSERT_TRUE(table_.start(window_));
  os::fail_call(1);
  EXPECT_FALSE(table_.open({0, 64}));
  EXPECT_TRUE(table_.open({0, 64}));
}

TEST_F(granule_table_test, keeps_its_records_when_the_window_shrinks) {
  start(16 * base::gib);
  const granule_run run = window_.open(16 * base::mib, granule_bytes);
  ASSERT_TRUE(table_.open(run));
  for (std::size_t granule = 0; granule < run.count; ++granule) table_.at(granule).value = granule;
  const std::size_t before = os::reserved_bytes();
  window_.shrink(64 * base::mib);
  table_.shrink(window_);
  EXPECT_LT(os::reserved_bytes(), before - 15 * base::gib - base::mib);
  for (std::size_t granule = 0; granule < run.count; ++granule) {
    EXPECT_EQ(table_.find(window_.address(granule)).value, granule);
    EXPECT_EQ(table_.address_of(table_.at(granule)), window_.address(granule));
  }
}

}  // namespace
}  // namespace strata::core
