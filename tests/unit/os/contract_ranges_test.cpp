// The contract's promises about ranges, on every system.
#include <cerrno>
#include <cstring>

#include "unit/os/systems.hpp"

namespace strata::os {
namespace {

template <class Os>
class contract_ranges : public systems_test<Os> {};
TYPED_TEST_SUITE(contract_ranges, systems, system_names);

void touch(volatile std::byte* address) { *address = std::byte{1}; }

void look(const volatile std::byte* address) { static_cast<void>(*address); }

TYPED_TEST(contract_ranges, reserve_aligns_up_to_a_gigabyte) {
  for (std::size_t alignment = TypeParam::page_size(); alignment <= base::gib; alignment *= 4) {
    test_range<TypeParam> range(3, alignment);
    ASSERT_NE(range.start(), nullptr) << alignment;
    EXPECT_TRUE(base::is_aligned(range.start(), alignment)) << alignment;
  }
}

TYPED_TEST(contract_ranges, reserve_trims_what_alignment_cost) {
  // The page after an aligned range is free again, or was taken by another mapping of
  // this process; taking it must work for at least one of several ranges.
  bool any = false;
  for (int attempt = 0; attempt < 8 && !any; ++attempt) {
    test_range<TypeParam> range(1, 64 * base::mib);
    ASSERT_NE(range.start(), nullptr);
    any = TypeParam::reserve_at(range.page(1), TypeParam::page_size(), initial_access::none);
    if (any) TypeParam::release(range.page(1), TypeParam::page_size());
  }
  EXPECT_TRUE(any);
}

TYPED_TEST(contract_ranges, reserve_refuses_what_cannot_be) {
  const std::size_t most = base::align_down(SIZE_MAX, TypeParam::page_size());
  EXPECT_EQ(TypeParam::reserve(most, TypeParam::page_size(), initial_access::none), nullptr);
  EXPECT_EQ(TypeParam::reserve(most, base::gib, initial_access::none), nullptr);
}

TYPED_TEST(contract_ranges, reserve_at_takes_what_is_free_and_refuses_what_is_taken) {
  const std::size_t bytes = 4 * TypeParam::page_size();
  void* start = nullptr;
  {
    test_range<TypeParam> range(4);
    start = range.start();
    EXPECT_FALSE(TypeParam::reserve_at(range.start(), bytes, initial_access::none));
    EXPECT_FALSE(TypeParam::reserve_at(range.page(3), bytes, initial_access::none));
  }
  ASSERT_TRUE(TypeParam::reserve_at(start, bytes, initial_access::none));
  ASSERT_TRUE(TypeParam::commit(start, bytes));
  touch(static_cast<std::byte*>(start));
  TypeParam::release(start, bytes);
}

TYPED_TEST(contract_ranges, read_zero_reads_zeros_before_commit) {
  test_range<TypeParam> range(64, TypeParam::page_size(), initial_access::read_zero);
  ASSERT_NE(range.start(), nullptr);
  EXPECT_TRUE(all_bytes(range.start(), range.bytes(), std::byte{0}));
  ASSERT_TRUE(TypeParam::commit(range.page(1), TypeParam::page_size()));
  touch(range.page(1));
  EXPECT_EQ(*range.page(0), std::byte{0});
  EXPECT_EQ(*range.page(1), std::byte{1});
}

TYPED_TEST(contract_ranges, decommit_zeroes_and_leaves_the_range_usable) {
  test_range<TypeParam> range(8);
  ASSERT_TRUE(TypeParam::commit(range.start(), range.bytes()));
  EXPECT_TRUE(all_bytes(range.start(), range.bytes(), std::byte{0}));
  std::memset(range.start(), 0x5a, range.bytes());
  ASSERT_TRUE(
      TypeParam::decommit(range.page(2), 2 * TypeParam::page_size(), decommit_mode::immediate));
  EXPECT_TRUE(all_bytes(range.page(0), 2 * TypeParam::page_size(), std::byte{0x5a}));
  EXPECT_TRUE(all_bytes(range.page(2), 2 * TypeParam::page_size(), std::byte{0}));
  EXPECT_TRUE(all_bytes(range.page(4), 4 * TypeParam::page_size(), std::byte{0x5a}));
  std::memset(range.page(2), 0x77, TypeParam::page_size());
  EXPECT_TRUE(all_bytes(range.page(2), TypeParam::page_size(), std::byte{0x77}));
}

TYPED_TEST(contract_ranges, decommit_lowers_resident_memory_at_once) {
  test_range<TypeParam> range(4096);
  ASSERT_TRUE(TypeParam::commit(range.start(), range.bytes()));
  std::memset(range.start(), 1, range.bytes());
  const std::size_t before = TypeParam::resident_bytes();
  ASSERT_TRUE(TypeParam::decommit(range.start(), range.bytes(), decommit_mode::immediate));
  EXPECT_LE(TypeParam::resident_bytes() + range.bytes() / 2, before);
  EXPECT_GE(TypeParam::resident_peak_bytes(), range.bytes());
}

TYPED_TEST(contract_ranges, lazy_decommit_gives_old_contents_or_zeros) {
  test_range<TypeParam> range(2);
  ASSERT_TRUE(TypeParam::commit(range.start(), range.bytes()));
  std::memset(range.start(), 0x5a, range.bytes());
  ASSERT_TRUE(TypeParam::decommit(range.start(), range.bytes(), decommit_mode::lazy));
  const std::byte seen = *range.page(1);
  EXPECT_TRUE(seen == std::byte{0x5a} || seen == std::byte{0});
  touch(range.page(1));
  EXPECT_EQ(*range.page(1), std::byte{1});
}

TYPED_TEST(contract_ranges, access_ends_with_protect_and_returns_with_commit) {
  test_range<TypeParam> range(2);
  EXPECT_DEATH(look(range.page(0)), "");
  ASSERT_TRUE(TypeParam::commit(range.start(), range.bytes()));
  touch(range.page(0));
  ASSERT_TRUE(TypeParam::protect(range.page(0), TypeParam::page_size()));
  EXPECT_DEATH(look(range.page(0)), "");
  touch(range.page(1));
  ASSERT_TRUE(TypeParam::commit(range.page(0), TypeParam::page_size()));
  EXPECT_EQ(*range.page(0), std::byte{1});
}

TYPED_TEST(contract_ranges, guard_faults_until_it_is_removed) {
  test_range<TypeParam> range(3);
  ASSERT_TRUE(TypeParam::commit(range.start(), range.bytes()));
  std::memset(range.start(), 0x5a, range.bytes());
  ASSERT_NE(TypeParam::install_guard(range.page(1), TypeParam::page_size()), guard_kind::none);
  EXPECT_DEATH(touch(range.page(1)), "");
  EXPECT_DEATH(look(range.page(1)), "");
  EXPECT_EQ(*range.page(0), std::byte{0x5a});
  EXPECT_EQ(*range.page(2), std::byte{0x5a});
  ASSERT_TRUE(TypeParam::decommit(range.start(), range.bytes(), decommit_mode::immediate));
  EXPECT_DEATH(touch(range.page(1)), "");
  ASSERT_TRUE(TypeParam::remove_guard(range.page(1), TypeParam::page_size()));
  EXPECT_TRUE(all_bytes(range.page(1), TypeParam::page_size(), std::byte{0}));
  touch(range.page(1));
}

TYPED_TEST(contract_ranges, move_pages_moves_contents_and_leaves_zeros) {
  test_range<TypeParam> range(16);
  ASSERT_TRUE(TypeParam::commit(range.start(), range.bytes()));
  const std::size_t bytes = 4 * TypeParam::page_size();
  std::memset(range.page(0), 0x5a, bytes);
  std::memset(range.page(8), 0x77, bytes);
  if (!TypeParam::move_pages(range.page(0), range.page(8), bytes)) GTEST_SKIP() << "old kernel";
  EXPECT_TRUE(all_bytes(range.page(8), bytes, std::byte{0x5a}));
  EXPECT_TRUE(all_bytes(range.page(0), bytes, std::byte{0}));
  touch(range.page(0));
  EXPECT_EQ(*range.page(8), std::byte{0x5a});
  // What was moved can be moved again, and given back.
  ASSERT_TRUE(TypeParam::move_pages(range.page(8), range.page(0), bytes));
  EXPECT_TRUE(all_bytes(range.page(0), bytes, std::byte{0x5a}));
  ASSERT_TRUE(TypeParam::decommit(range.start(), range.bytes(), decommit_mode::immediate));
  EXPECT_TRUE(all_bytes(range.start(), range.bytes(), std::byte{0}));
}

TYPED_TEST(contract_ranges, populate_makes_pages_resident_and_keeps_contents) {
  test_range<TypeParam> range(4096);
  ASSERT_TRUE(TypeParam::commit(range.start(), range.bytes()));
  touch(range.page(7));
  const std::size_t before = TypeParam::resident_bytes();
  if (!TypeParam::populate(range.start(), range.bytes())) GTEST_SKIP() << "old kernel";
  EXPECT_GE(TypeParam::resident_bytes(), before + range.bytes() / 2);
  EXPECT_EQ(*range.page(7), std::byte{1});
  EXPECT_EQ(*range.page(8), std::byte{0});
}

// Hints may be refused, but never change contents.
TYPED_TEST(contract_ranges, hints_keep_contents) {
  test_range<TypeParam> range(1024, 4 * base::mib);
  ASSERT_TRUE(TypeParam::commit(range.start(), range.bytes()));
  std::memset(range.start(), 0x5a, range.bytes());
  TypeParam::advise_huge(range.start(), range.bytes(), true);
  TypeParam::collapse_huge(range.start(), range.bytes());
  TypeParam::advise_huge(range.start(), range.bytes(), false);
  TypeParam::name_range(range.start(), range.bytes(), "strata test");
  TypeParam::exclude_from_dump(range.start(), range.bytes());
  TypeParam::bind_to_node(range.start(), range.bytes(), 0);
  EXPECT_GE(TypeParam::numa_node_of(range.start()), -1);
  EXPECT_FALSE(TypeParam::bind_to_node(range.start(), range.bytes(), -1));
  EXPECT_TRUE(all_bytes(range.start(), range.bytes(), std::byte{0x5a}));
}

TYPED_TEST(contract_ranges, locked_pages_are_in_memory_and_keep_their_contents) {
  test_range<TypeParam> range(2);
  ASSERT_TRUE(TypeParam::commit(range.start(), range.bytes()));
  touch(range.start());
  const std::size_t before = TypeParam::resident_bytes();
  if (!TypeParam::lock_in_memory(range.start(), range.bytes())) GTEST_SKIP() << "not allowed";
  EXPECT_EQ(*range.start(), std::byte{1});
  if (std::is_same_v<TypeParam, fake_os>) {
    EXPECT_EQ(TypeParam::resident_bytes(), before + TypeParam::page_size());
  }
}

TYPED_TEST(contract_ranges, refusals_preserve_errno) {
  test_range<TypeParam> range(2);
  errno = 4711;
  EXPECT_EQ(TypeParam::reserve(base::align_down(SIZE_MAX, TypeParam::page_size()),
                               TypeParam::page_size(), initial_access::none),
            nullptr);
  EXPECT_FALSE(TypeParam::reserve_at(range.start(), TypeParam::page_size(), initial_access::none));
  EXPECT_FALSE(TypeParam::bind_to_node(range.start(), TypeParam::page_size(), 1 << 20));
  EXPECT_EQ(errno, 4711);
}

}  // namespace
}  // namespace strata::os
