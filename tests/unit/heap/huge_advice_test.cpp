#include "heap/huge_advice.hpp"

#include "domain_fixture.hpp"
#include "heap/large_blocks.hpp"
#include "support/fake_process.hpp"

namespace strata::core {
namespace {

class huge_advice_test : public test::domain_fixture {
 protected:
  [[nodiscard]] static std::size_t advised() { return os::counts().advise_huge; }

  basic_large_blocks<os> blocks_{domain_};
};

TEST_F(huge_advice_test, only_large_blocks_of_a_heap_that_swings_get_it) {
  constexpr std::size_t enough = huge_advice<os>::bytes_min;
  ASSERT_NE(blocks_.take(nullptr, enough, 1, false).record, nullptr);
  ASSERT_NE(blocks_.take(nullptr, enough - os::page_size(), 1, true).record, nullptr);
  EXPECT_EQ(advised(), 0u);
  ASSERT_NE(blocks_.take(nullptr, enough, 1, true).record, nullptr);
  EXPECT_EQ(advised(), 1u);
}

TEST_F(huge_advice_test, a_block_that_is_served_from_the_cache_is_as_it_was) {
  slab* const first = blocks_.take(nullptr, 8 * base::mib, 1, true).record;
  blocks_.give(*first);
  ASSERT_NE(blocks_.take(nullptr, 8 * base::mib, 1, true).record, nullptr);
  EXPECT_EQ(advised(), 1u);
}

TEST_F(huge_advice_test, it_ends_when_the_granules_leave_the_heap) {
  blocks_.give(*blocks_.take(nullptr, 8 * base::mib, 1, true).record);
  blocks_.cache().purge(base::mib);  // the end of it
  EXPECT_EQ(advised(), 2u);
  blocks_.cache().purge(SIZE_MAX);
  EXPECT_EQ(advised(), 3u);
  slab* const shrunk = blocks_.take(nullptr, 8 * base::mib, 1, true).record;
  ASSERT_TRUE(blocks_.resize_in_place(*shrunk, base::mib));
  EXPECT_EQ(advised(), 5u);
}

TEST_F(huge_advice_test, no_huge_page_is_given_back_in_part) {
  slab* const block = blocks_.take(nullptr, 16 * base::mib, 1, true).record;
  const auto start = reinterpret_cast<std::uintptr_t>(address_of(*block));
  blocks_.give(*block);
  EXPECT_GE(blocks_.cache().purge(base::mib), base::mib);
  ASSERT_NE(blocks_.cache().bytes(), 0u);
  EXPECT_EQ((start + blocks_.cache().bytes()) % os::huge_page_size(), 0u);
}

TEST_F(huge_advice_test, without_it_nobody_ends_it) {
  blocks_.give(*blocks_.take(nullptr, 8 * base::mib, 1, false).record);
  blocks_.cache().purge(SIZE_MAX);
  EXPECT_EQ(advised(), 0u);
}

TEST_F(huge_advice_test, a_system_without_huge_pages_is_not_asked) {
  os::facts().huge_page_size = 0;
  ASSERT_NE(blocks_.take(nullptr, 8 * base::mib, 1, true).record, nullptr);
  EXPECT_EQ(advised(), 0u);
}

class huge_advice_of_process : public test::process_fixture {
 protected:
  void fill_and_drop(std::size_t rounds) {
    for (std::size_t round = 0; round < rounds; ++round) {
      std::vector<void*> blocks;
      for (int i = 0; i < 8; ++i) blocks.push_back(allocate(8 * base::mib));
      for (void* const block : blocks) deallocate(block);
    }
  }
};

TEST_F(huge_advice_of_process, a_heap_gets_it_once_it_took_again_what_it_gave_back) {
  fill_and_drop(1);
  EXPECT_EQ(os::counts().advise_huge, 0u);
  fill_and_drop(2);
  EXPECT_GT(os::counts().advise_huge, 0u);
}

}  // namespace
}  // namespace strata::core
