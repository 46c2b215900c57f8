#include "heap/page_runs.hpp"

#include <cstring>

#include "domain_fixture.hpp"
#include "heap/large_blocks.hpp"

namespace strata::test {
namespace {

struct holder final : core::owner {
  holder() noexcept : core::owner(true) {}
};

class page_runs_test : public domain_fixture {
 protected:
  using page_runs = core::basic_page_runs<os>;

  page_runs runs_{domain_};
};

TEST_F(page_runs_test, what_comes_back_serves_again_as_zeros) {
  void* const first = runs_.take(5000, 16);
  ASSERT_NE(first, nullptr);
  std::memset(first, 0xff, 8192);
  const std::size_t free_granules = domain_.regions.free_granules();
  runs_.give(first, 5000);
  EXPECT_EQ(domain_.regions.free_granules(), free_granules + 1);
  const auto* const again = static_cast<unsigned char*>(runs_.take(5000, 16));
  ASSERT_EQ(again, first);
  for (std::size_t i = 0; i < 8192; ++i) ASSERT_EQ(again[i], 0) << i;
  EXPECT_EQ(os::counts().decommit, 1u);
}

TEST_F(page_runs_test, large_alignments_are_those_of_addresses) {
  for (std::size_t alignment = 1; alignment <= 64 * base::mib; alignment *= 2) {
    void* const pages = runs_.take(100, alignment);
    ASSERT_NE(pages, nullptr) << alignment;
    EXPECT_TRUE(base::is_aligned(pages, alignment)) << alignment;
  }
}

TEST_F(page_runs_test, what_the_window_cannot_hold_is_refused) {
  EXPECT_EQ(runs_.take(domain_.regions.window().size() + 1, 16), nullptr);
  EXPECT_EQ(runs_.take(SIZE_MAX, 16), nullptr);
  EXPECT_EQ(runs_.take(100, std::size_t{1} << 63), nullptr);
}

TEST_F(page_runs_test, pages_that_cannot_be_cleaned_are_not_handed_out_again) {
  void* const dirty = runs_.take(100, 16);
  os::fail_call(1);
  runs_.give(dirty, 100);
  EXPECT_NE(runs_.take(100, 16), dirty);
}

TEST_F(page_runs_test, lookups_find_no_block_there) {
  core::basic_large_blocks<os> blocks(domain_);
  holder nobody;
  core::slab* const large = blocks.take(&nobody, core::granule_bytes, 1, false).record;
  ASSERT_NE(large, nullptr);
  void* const address = address_of(*large);
  blocks.give(*large);
  blocks.cache().purge(SIZE_MAX);
  void* const pages = runs_.take(100, 16);
  ASSERT_EQ(pages, address);
  EXPECT_DEATH((void)core::find_block(domain_, pages), "invalid free");
}

TEST_F(page_runs_test, what_was_not_taken_ends_the_program) {
  int local = 0;
  EXPECT_DEATH(runs_.give(&local, 100), "foreign free");
  auto* const pages = static_cast<std::byte*>(runs_.take(100, 16));
  EXPECT_DEATH(runs_.give(pages + 4096, 100), "foreign free");
  runs_.give(pages, 100);
  EXPECT_DEATH(runs_.give(pages, 100), "double free");
}

}  // namespace
}  // namespace strata::test
