// Each member of debug_config does what it says, and what is turned off is off.
#include <strata/adaptor/checked.hpp>

#include <gmock/gmock.h>

#include <cstring>
#include <set>
#include <sstream>
#include <vector>

#include "support/unsanitized.hpp"
#include "unit/adaptor/debug_errors.hpp"
#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

using test::debug_errors;
using test::overwrite;
using test::strict_upstream;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using kind = debug_error_kind;

class checked_config_test : public testing::Test {
 protected:
  [[nodiscard]] debug_config on(debug_config config) {
    config.upstream = &upstream_;
    return errors_.handle(std::move(config));
  }

  strict_upstream upstream_;
  debug_errors errors_;
};

std::byte* make(checked& from, std::size_t bytes) {
  return static_cast<std::byte*>(from.allocate(bytes));
}

TEST_F(checked_config_test, without_tracking_there_are_no_call_sites_and_no_last_leaks) {
  {
    debug_config config;
    config.track_allocations = false;
    checked resource(on(config));
    static_cast<void>(resource.allocate(10));
    resource.deallocate(resource.allocate(10), 11);
    const auto found = errors_.take();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].error.kind, kind::size_mismatch);
    EXPECT_EQ(found[0].calls_allocated + found[0].calls_found, 0u);
  }
  EXPECT_THAT(errors_.take(), IsEmpty());
}

TEST_F(checked_config_test, without_access_checks_blocks_go_straight_back) {
  debug_config config;
  config.validate_access = false;
  checked resource(on(config));
  std::byte* const block = make(resource, 100);
  resource.deallocate(block, 100);
  EXPECT_TRUE(upstream_.live().empty());
  resource.deallocate(block, 100);
  EXPECT_THAT(errors_.take_kinds(), ElementsAre(kind::double_free));
}

TEST_F(checked_config_test, without_corruption_checks_there_are_no_red_zones) {
  debug_config config;
  config.check_corruption = false;
  checked resource(on(config));
  std::byte* const block = make(resource, 100);
  ASSERT_TRUE(upstream_.owns(block));
  EXPECT_EQ(upstream_.live().at(block).bytes, 100u);
  resource.deallocate(block, 100);
}

TEST_F(checked_config_test, red_zones_have_the_size_that_was_asked_for) {
  debug_config config;
  config.red_zone_bytes = 200;
  checked resource(on(config));
  std::byte* const block = make(resource, 10);
  overwrite(block + 10 + 199);
  EXPECT_EQ(resource.validate(), 1u);
  resource.deallocate(block, 10);
}

TEST_F(checked_config_test, the_quarantine_holds_its_bytes_and_no_more) {
  debug_config config;
  config.quarantine_bytes = 1000;  // six blocks of 100 bytes and two red zones
  std::vector<void*> order;
  checked resource(on(config));
  upstream_.before_free = [&](void* block, std::size_t) { order.push_back(block); };
  std::vector<void*> blocks;
  for (int i = 0; i < 10; ++i) blocks.push_back(resource.allocate(100));
  for (void* block : blocks) resource.deallocate(block, 100);
  EXPECT_EQ(resource.statistics().quarantined_blocks, 6u);
  ASSERT_EQ(order.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(order[i], static_cast<std::byte*>(blocks[i]) - 32) << "the oldest leave first";
  }
}

TEST_F(checked_config_test, a_block_larger_than_the_quarantine_pushes_nobody_out) {
  debug_config config;
  config.quarantine_bytes = 1000;
  checked resource(on(config));
  resource.deallocate(resource.allocate(100), 100);
  resource.deallocate(resource.allocate(2000), 2000);
  EXPECT_EQ(resource.statistics().quarantined_blocks, 1u);
  EXPECT_EQ(upstream_.live().size(), 1u);
}

TEST_F(checked_config_test, an_address_is_never_given_again_where_that_is_wanted) {
  debug_config config;
  config.never_reuse = true;
  config.quarantine_bytes = 0;
  checked resource(on(config));
  std::set<void*> seen;
  for (int i = 0; i < 2000; ++i) {
    void* const block = resource.allocate(100);
    EXPECT_TRUE(seen.insert(block).second);
    resource.deallocate(block, 100);
  }
  resource.empty_quarantine();
  EXPECT_EQ(upstream_.live().size(), 2000u);
  overwrite(*seen.begin());
  EXPECT_EQ(resource.validate(), 1u);
  EXPECT_THAT(errors_.take_kinds(), ElementsAre(kind::use_after_free));
}

TEST_F(checked_config_test, operations_are_logged_one_a_line) {
  std::ostringstream log;
  debug_config config;
  config.log_operations = true;
  config.name = "talker";
  config.output = &log;
  checked resource(on(config));
  resource.deallocate(resource.allocate(24, 8), 24, 8);
  EXPECT_THAT(log.str(), HasSubstr("strata: talker: allocate #1 at 0x"));
  EXPECT_THAT(log.str(), HasSubstr(", bytes 24, alignment 8\nstrata: talker: deallocate #1"));
}

TEST_F(checked_config_test, the_depth_of_call_stacks_is_bounded) {
  for (const std::size_t depth : {0u, 1u, 3u, 1000u}) {
    debug_config config;
    config.backtrace_depth = depth;
    checked resource(on(config));
    resource.deallocate(resource.allocate(1), 2);
    const auto found = errors_.take();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_LE(found[0].calls_allocated, std::min<std::size_t>(depth, 64));
    EXPECT_EQ(found[0].calls_allocated == 0, depth == 0);
  }
}

TEST_F(checked_config_test, without_an_upstream_blocks_come_from_its_own_account) {
  account parent({.name = "checked parent"});
  debug_config config;
  config.name = "small";
  config.limit = 4 << 20;
  config.parent = &parent;
  checked resource(errors_.handle(config));
  void* const block = resource.allocate(1 << 20);
  EXPECT_GE(resource.account().usage(), std::size_t{1} << 20);
  EXPECT_GE(parent.usage(), resource.account().usage());
  EXPECT_EQ(resource.try_allocate(4 << 20), nullptr);
  resource.deallocate(block, 1 << 20);
}

TEST_F(checked_config_test, the_account_is_empty_when_the_resource_has_ended) {
  account parent({.name = "checked parent"});
  {
    debug_config config;
    config.parent = &parent;
    checked resource(errors_.handle(config));
    for (int i = 0; i < 1000; ++i) static_cast<void>(resource.allocate(1000));
    EXPECT_GT(parent.usage(), 0u);
  }
  EXPECT_EQ(parent.usage(), 0u);
}

TEST_F(checked_config_test, refused_memory_for_records_refuses_the_block) {
  debug_config config;
  config.limit = 0;
  checked resource(on(config));
  EXPECT_EQ(resource.try_allocate(100), nullptr);
  EXPECT_TRUE(upstream_.live().empty());
  EXPECT_EQ(resource.statistics().live_blocks, 0u);
}

}  // namespace
}  // namespace strata
