#include <strata/adaptor/huge_page.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "adaptor/huge_pages.hpp"
#include "base/base.hpp"
#include "os/fake.hpp"
#include "unit/adaptor/mapping_flags.hpp"

namespace strata {
namespace {

using os::fake_os;
using fake_pages = core::huge_pages<fake_os>;

TEST(huge_page, blocks_are_aligned_zeroed_and_advised) {
  huge_page resource({.name = "huge"});
  const sized_block given = resource.allocate_at_least(100);
  EXPECT_TRUE(base::is_aligned(given.block, huge_page::page_bytes()));
  EXPECT_EQ(given.bytes, huge_page::page_bytes());
  EXPECT_EQ(static_cast<const char*>(given.block)[given.bytes - 1], 0);
  if (os::platform::huge_page_size() != 0) {
    EXPECT_NE(test::mapping_flags(given.block).find(" hg "), std::string::npos);
  }
  EXPECT_EQ(resource.account().usage(), given.bytes);
  resource.deallocate(given.block, 100);
  EXPECT_EQ(resource.account().usage(), 0u);
  EXPECT_EQ(test::mapping_flags(given.block), "");
}

TEST(huge_page, alignments_above_a_huge_page_are_served) {
  huge_page resource({.name = "huge"});
  const std::size_t alignment = 8 * huge_page::page_bytes();
  void* const block = resource.allocate(10, alignment);
  EXPECT_TRUE(base::is_aligned(block, alignment));
  resource.deallocate(block, 10, alignment);
}

TEST(huge_page, the_limit_refuses_and_names_the_account) {
  huge_page resource({.name = "index", .limit = 3 * huge_page::page_bytes()});
  void* const block = resource.allocate(2 * huge_page::page_bytes());
  EXPECT_EQ(resource.try_allocate(huge_page::page_bytes() + 1), nullptr);
  try {
    static_cast<void>(resource.allocate(SIZE_MAX));
    FAIL();
  } catch (const out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "index");
  }
  EXPECT_EQ(resource.account().usage(), 2 * huge_page::page_bytes());
  resource.deallocate(block, 2 * huge_page::page_bytes());
}

TEST(huge_page, what_the_system_refuses_is_not_charged) {
  huge_page resource({.name = "huge"});
  EXPECT_EQ(resource.try_allocate(PTRDIFF_MAX / 2), nullptr);
  EXPECT_EQ(resource.account().usage(), 0u);
}

TEST(huge_page, ending_with_live_blocks_ends_the_program) {
  EXPECT_DEATH(
      {
        huge_page resource({.name = "index"});
        static_cast<void>(resource.allocate(1));
      },
      "pages in use: the huge page resource of account \"index\" ends while 1 of its blocks live");
}

TEST(huge_pages, each_refusal_of_the_system_leaves_nothing) {
  fake_os::reset();
  for (std::size_t n = 1; n <= 3; ++n) {
    fake_os::fail_call(n);
    const std::size_t size = fake_pages::rounded(1);
    void* const pages = fake_pages::take(size, 16);
    // The last one is the advice, which may be refused.
    EXPECT_EQ(pages != nullptr, n == 3) << n;
    if (pages != nullptr) fake_pages::give(pages, size);
    EXPECT_EQ(fake_os::reserved_bytes(), 0u) << n;
  }
  EXPECT_EQ(fake_os::violations(), std::vector<std::string>{});
  fake_os::reset();
}

TEST(huge_pages, without_huge_pages_ordinary_ones_serve) {
  fake_os::reset();
  fake_os::facts().huge_page_size = 0;
  EXPECT_EQ(fake_pages::rounded(0), fake_os::page_size());
  EXPECT_EQ(fake_pages::rounded(SIZE_MAX), 0u);
  fake_os::reset();
}

}  // namespace
}  // namespace strata
