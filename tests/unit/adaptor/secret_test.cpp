#include <strata/adaptor/secret.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include <strata/adaptor/wiping.hpp>

#include "adaptor/secret_pages.hpp"
#include "base/base.hpp"
#include "os/fake.hpp"
#include "unit/adaptor/mapping_flags.hpp"

namespace strata {
namespace {

using os::fake_os;

// Looks at what it gets back.
struct watching_os : fake_os {
  static void release(void* range, std::size_t bytes) noexcept {
    const auto* const from = static_cast<const unsigned char*>(range) + lead;
    wiped = std::all_of(from, from + bytes - lead - page_size(),
                        [](unsigned char byte) { return byte == 0; });
    fake_os::release(range, bytes);
  }

  static inline bool wiped = false;
  static inline std::size_t lead = 0;
};

using watched_pages = core::secret_pages<watching_os>;
using fake_pages = core::secret_pages<fake_os>;

class secret_test : public testing::Test {
 protected:
  void SetUp() override {
    resource_.deallocate(resource_.try_allocate(1), 1);
    void* const block = resource_.try_allocate(1);
    if (block == nullptr) GTEST_SKIP() << "this machine lets nobody lock memory";
    resource_.deallocate(block, 1);
  }

  static void touch(volatile unsigned char* byte) { *byte = 1; }

  secret resource_{{.name = "keys"}};
};

TEST_F(secret_test, blocks_are_locked_and_not_dumped) {
  void* const block = resource_.allocate(100);
  const std::string flags = test::mapping_flags(block);
  EXPECT_NE(flags.find(" lo "), std::string::npos) << flags;
  EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;
  resource_.deallocate(block, 100);
  EXPECT_EQ(test::mapping_flags(block), "");
}

TEST_F(secret_test, what_lies_beside_a_block_faults) {
  const sized_block given = resource_.allocate_at_least(100);
  auto* const bytes = static_cast<unsigned char*>(given.block);
  touch(bytes);
  touch(bytes + given.bytes - 1);
  EXPECT_DEATH(touch(bytes - 1), "");
  EXPECT_DEATH(touch(bytes + given.bytes), "");
  resource_.deallocate(given.block, 100);
}

TEST_F(secret_test, alignments_above_a_page_are_served) {
  for (std::size_t alignment = 1; alignment <= 1 << 20; alignment *= 4) {
    void* const block = resource_.allocate(5000, alignment);
    EXPECT_TRUE(base::is_aligned(block, alignment));
    std::memset(block, 1, 5000);
    resource_.deallocate(block, 5000, alignment);
  }
  EXPECT_EQ(resource_.account().usage(), 0u);
}

TEST_F(secret_test, small_ones_share_pages_through_a_pool) {
  {
    std::pmr::unsynchronized_pool_resource pool({.max_blocks_per_chunk = 64}, &resource_);
    wiping keys(pool);
    std::vector<void*> blocks;
    for (int i = 0; i < 200; ++i) blocks.push_back(keys.allocate(32));
    EXPECT_NE(test::mapping_flags(blocks.back()).find(" lo "), std::string::npos);
    EXPECT_LT(resource_.account().usage(), std::size_t{100} << 10);
    for (void* const block : blocks) keys.deallocate(block, 32);
  }
  EXPECT_EQ(resource_.account().usage(), 0u);
}

TEST_F(secret_test, the_limit_refuses_and_names_the_account) {
  secret few({.name = "few", .limit = os::platform::page_size()});
  void* const block = few.allocate(1);
  EXPECT_EQ(few.try_allocate(1), nullptr);
  try {
    static_cast<void>(few.allocate(1));
    FAIL();
  } catch (const out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "few");
  }
  few.deallocate(block, 1);
}

TEST_F(secret_test, ending_with_live_blocks_ends_the_program) {
  EXPECT_DEATH(
      {
        secret other({.name = "left"});
        static_cast<void>(other.allocate(1));
      },
      "pages in use: the secret resource of account \"left\" ends while 1 of its blocks live");
}

TEST(secret_pages, the_system_gets_zeros_back) {
  fake_os::reset();
  for (const std::size_t alignment : {std::size_t{16}, std::size_t{1} << 16}) {
    const std::size_t size = watched_pages::rounded(5000);
    watching_os::lead = std::max(alignment, fake_os::page_size());
    void* const block = watched_pages::take(size, alignment, true);
    ASSERT_NE(block, nullptr);
    std::memset(block, 0x5a, size);
    watched_pages::give(block, size, alignment);
    EXPECT_TRUE(watching_os::wiped);
  }
  EXPECT_EQ(fake_os::reserved_bytes(), 0u);
  EXPECT_EQ(fake_os::violations(), std::vector<std::string>{});
  fake_os::reset();
}

TEST(secret_pages, each_refusal_of_the_system_leaves_nothing) {
  fake_os::reset();
  const std::size_t size = fake_pages::rounded(1);
  for (std::size_t n = 1; n <= 4; ++n) {
    fake_os::fail_call(n);
    EXPECT_EQ(fake_pages::take(size, 16, true), nullptr) << n;
    EXPECT_EQ(fake_os::reserved_bytes(), 0u) << n;
  }
  EXPECT_EQ(fake_os::counts().lock_in_memory, 1u);
  fake_os::reset();
}

TEST(secret_pages, may_go_without_the_lock_where_the_program_says_so) {
  fake_os::reset();
  const std::size_t size = fake_pages::rounded(1);
  fake_os::fail_call(4);
  void* const block = fake_pages::take(size, 16, false);
  EXPECT_NE(block, nullptr);
  EXPECT_EQ(fake_os::counts().exclude_from_dump, 1u);
  fake_pages::give(block, size, 16);
  EXPECT_EQ(fake_pages::take(size, std::size_t{1} << 63, false), nullptr);
  fake_os::reset();
}

}  // namespace
}  // namespace strata
