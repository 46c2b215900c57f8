// strata::checked finds each kind of mistake, once, with what belongs to it, and
// leaves the program in order. The handler stands in for the end of the program:
// checked_death_test.cpp shows that.
#include <strata/adaptor/checked.hpp>

#include <gmock/gmock.h>

#include <cstring>
#include <sstream>
#include <vector>

#include "support/unsanitized.hpp"
#include "unit/adaptor/debug_errors.hpp"
#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

using test::debug_errors;
using test::kept_error;
using test::overwrite;
using test::strict_upstream;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using kind = debug_error_kind;

// The upstream notices when anything is given back wrongly, or not at all.
class checked_test : public testing::Test {
 protected:
  checked_test() : checked_test(debug_config{}) {}
  explicit checked_test(debug_config config) : resource_(errors_.handle(on(std::move(config)))) {}

  [[nodiscard]] debug_config on(debug_config config) {
    config.upstream = &upstream_;
    config.backtrace_depth = 2;  // naming takes the time, and each mistake is put into words
    return config;
  }

  [[nodiscard]] std::byte* make(std::size_t bytes, std::size_t alignment = 16) {
    return static_cast<std::byte*>(resource_.allocate(bytes, alignment));
  }

  strict_upstream upstream_;
  debug_errors errors_;
  checked resource_;
};

TEST_F(checked_test, finds_nothing_where_nothing_is_wrong) {
  for (std::size_t alignment = 1; alignment <= 4096; alignment *= 2) {
    for (const std::size_t bytes : {0u, 1u, 7u, 8u, 100u, 5000u}) {
      std::byte* const block = make(bytes, alignment);
      std::memset(block, 1, bytes);
      EXPECT_EQ(resource_.validate(), 0u);
      resource_.deallocate(block, bytes, alignment);
    }
  }
  EXPECT_EQ(resource_.validate(), 0u);
  EXPECT_THAT(errors_.take(), IsEmpty());
}

TEST_F(checked_test, a_double_free_is_found_and_has_no_effect) {
  std::byte* const block = make(24);
  resource_.deallocate(block, 24);
  resource_.deallocate(block, 24);
  const std::vector<kept_error> found = errors_.take();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].error.kind, kind::double_free);
  EXPECT_EQ(found[0].error.block, block);
  EXPECT_EQ(found[0].error.bytes, 24u);
  EXPECT_EQ(found[0].error.serial, 1u);
  EXPECT_GT(found[0].calls_allocated, 0u);
  EXPECT_GT(found[0].calls_freed, 0u);
  EXPECT_GT(found[0].calls_found, 0u);
  EXPECT_THAT(found[0].text, HasSubstr("double free: the block at 0x"));
}

TEST_F(checked_test, a_double_free_is_found_after_the_quarantine_too) {
  std::byte* const block = make(24);
  resource_.deallocate(block, 24);
  resource_.empty_quarantine();
  ASSERT_TRUE(upstream_.live().empty());
  resource_.deallocate(block, 24);
  EXPECT_THAT(errors_.take_kinds(), ElementsAre(kind::double_free));
}

TEST_F(checked_test, a_foreign_pointer_is_found_and_has_no_effect) {
  int local = 0;
  resource_.deallocate(&local, sizeof local);
  const std::vector<kept_error> found = errors_.take();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].error.kind, kind::foreign_pointer);
  EXPECT_EQ(found[0].error.address, &local);
  EXPECT_EQ(found[0].error.block, nullptr);
}

TEST_F(checked_test, a_pointer_into_a_block_names_the_block) {
  std::byte* const block = make(100);
  resource_.deallocate(block + 99, 1);
  const std::vector<kept_error> found = errors_.take();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].error.kind, kind::foreign_pointer);
  EXPECT_EQ(found[0].error.block, block);
  EXPECT_THAT(found[0].text, HasSubstr("lies inside the block"));
  resource_.deallocate(block, 100);
  EXPECT_THAT(errors_.take(), IsEmpty());
}

TEST_F(checked_test, a_wrong_size_is_found_and_the_block_freed_with_its_own) {
  std::byte* const block = make(100);
  resource_.deallocate(block, 99);
  const std::vector<kept_error> found = errors_.take();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].error.kind, kind::size_mismatch);
  EXPECT_EQ(found[0].error.bytes, 100u);
  EXPECT_EQ(found[0].error.given_bytes, 99u);
  EXPECT_FALSE(resource_.owns(block));
}

TEST_F(checked_test, a_wrong_alignment_is_found_and_the_block_freed_with_its_own) {
  std::byte* const block = make(100, 64);
  resource_.deallocate(block, 100, 16);
  const std::vector<kept_error> found = errors_.take();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].error.kind, kind::alignment_mismatch);
  EXPECT_EQ(found[0].error.alignment, 64u);
  EXPECT_EQ(found[0].error.given_alignment, 16u);
}

TEST_F(checked_test, an_alignment_that_is_none_is_refused) {
  EXPECT_EQ(resource_.try_allocate(10, 3), nullptr);
  EXPECT_EQ(resource_.try_allocate(10, 0), nullptr);
  EXPECT_THAT(errors_.take_kinds(), ElementsAre(kind::bad_alignment, kind::bad_alignment));
  EXPECT_EQ(upstream_.requests(), 0u);
}

TEST_F(checked_test, each_byte_of_the_red_zone_behind_is_guarded) {
  for (const std::size_t bytes : {0u, 1u, 13u, 16u}) {
    for (std::size_t past = 0; past < 32; ++past) {
      std::byte* const block = make(bytes);
      overwrite(block + bytes + past);
      resource_.deallocate(block, bytes);
      const std::vector<kept_error> found = errors_.take();
      ASSERT_EQ(found.size(), 1u) << past;
      EXPECT_EQ(found[0].error.kind, kind::overflow);
      EXPECT_EQ(found[0].error.address, block + bytes + past);
    }
  }
}

TEST_F(checked_test, each_byte_of_the_red_zone_in_front_is_guarded) {
  for (const std::size_t alignment : {1u, 16u, 256u}) {
    for (std::size_t before = 1; before <= std::max(std::size_t{32}, alignment); ++before) {
      std::byte* const block = make(10, alignment);
      overwrite(block - before);
      resource_.deallocate(block, 10, alignment);
      const std::vector<kept_error> found = errors_.take();
      ASSERT_EQ(found.size(), 1u) << before;
      EXPECT_EQ(found[0].error.kind, kind::underflow);
      EXPECT_EQ(found[0].error.address, block - before);
    }
  }
}

TEST_F(checked_test, writes_past_both_ends_are_two_mistakes) {
  std::byte* const block = make(10);
  overwrite(block - 1);
  overwrite(block + 10);
  EXPECT_EQ(resource_.validate(), 2u);
  EXPECT_THAT(errors_.take_kinds(), ElementsAre(kind::overflow, kind::underflow));
  resource_.deallocate(block, 10);
  EXPECT_THAT(errors_.take(), IsEmpty());
}

TEST_F(checked_test, a_write_after_free_is_found_when_the_quarantine_is_left) {
  std::byte* const block = make(100);
  resource_.deallocate(block, 100);
  overwrite(block + 57);
  EXPECT_THAT(errors_.take(), IsEmpty());
  resource_.empty_quarantine();
  const std::vector<kept_error> found = errors_.take();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].error.kind, kind::use_after_free);
  EXPECT_EQ(found[0].error.address, block + 57);
  EXPECT_GT(found[0].calls_freed, 0u);
  EXPECT_THAT(found[0].text, HasSubstr("at byte 57 after it was freed"));
}

TEST_F(checked_test, a_write_after_free_is_found_by_validation_once) {
  std::byte* const block = make(100);
  resource_.deallocate(block, 100);
  overwrite(block);
  overwrite(block + 99);
  EXPECT_EQ(resource_.validate(), 1u);
  EXPECT_EQ(resource_.validate(), 0u);
  resource_.empty_quarantine();
  EXPECT_THAT(errors_.take_kinds(), ElementsAre(kind::use_after_free));
}

TEST_F(checked_test, validation_finds_every_damage_whatever_their_number) {
  std::vector<std::byte*> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(make(20));
  for (std::byte* block : blocks) overwrite(block + 20);
  EXPECT_FALSE(resource_.is_intact(blocks[50]));
  EXPECT_EQ(resource_.validate(), 100u);
  EXPECT_TRUE(resource_.is_intact(blocks[50]));
  EXPECT_EQ(errors_.take().size(), 100u);
  EXPECT_EQ(resource_.statistics().errors, 100u);
  for (std::byte* block : blocks) resource_.deallocate(block, 20);
}

TEST_F(checked_test, knows_its_live_blocks) {
  std::byte* const block = make(10);
  EXPECT_TRUE(resource_.owns(block));
  EXPECT_TRUE(resource_.is_intact(block));
  EXPECT_FALSE(resource_.owns(block + 1));
  resource_.deallocate(block, 10);
  EXPECT_FALSE(resource_.owns(block));
  EXPECT_FALSE(resource_.is_intact(block));
}

TEST_F(checked_test, fresh_and_freed_memory_is_recognisable) {
  std::byte* const block = make(100);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(block[i], std::byte{0xcd});
  std::memset(block, 0, 100);
  resource_.deallocate(block, 100);
  upstream_.before_free = [&](void* start, std::size_t) {
    EXPECT_EQ(static_cast<std::byte*>(start) + 32, block);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(block[i], std::byte{0xdf});
  };
  resource_.empty_quarantine();
}

TEST_F(checked_test, counts_what_it_holds) {
  std::byte* const first = make(100);
  std::byte* const second = make(50);
  resource_.deallocate(first, 100);
  const debug_statistics now = resource_.statistics();
  EXPECT_EQ(now.live_blocks, 1u);
  EXPECT_EQ(now.live_bytes, 50u);
  EXPECT_EQ(now.live_bytes_peak, 150u);
  EXPECT_EQ(now.allocations, 2u);
  EXPECT_EQ(now.quarantined_blocks, 1u);
  EXPECT_EQ(now.quarantined_bytes, 100u + 2 * 32);
  resource_.deallocate(second, 50);
}

TEST_F(checked_test, a_handler_may_use_the_resource) {
  void* inner = nullptr;
  {
    debug_config config = on({});
    checked* itself = nullptr;
    config.on_error = [&](const debug_error&) {
      inner = itself->allocate(10);
      itself->deallocate(inner, 10);
      static_cast<void>(itself->validate());
    };
    checked resource(config);
    itself = &resource;
    resource.deallocate(&config, 1);
  }
  EXPECT_NE(inner, nullptr);
}

TEST_F(checked_test, the_quarantine_is_emptied_when_the_upstream_refuses) {
  resource_.deallocate(make(100), 100);
  upstream_.before_free = [this](void*, std::size_t) { upstream_.refuses = false; };
  upstream_.refuses = true;
  std::byte* const block = make(100);
  EXPECT_NE(block, nullptr);
  EXPECT_EQ(resource_.statistics().quarantined_blocks, 0u);
  resource_.deallocate(block, 100);
}

TEST_F(checked_test, a_refusal_of_the_upstream_is_a_refusal) {
  upstream_.refuses = true;
  EXPECT_EQ(resource_.try_allocate(100), nullptr);
  EXPECT_THROW(static_cast<void>(resource_.allocate(100)), std::bad_alloc);
  EXPECT_EQ(resource_.statistics().live_blocks, 0u);
  EXPECT_THAT(errors_.take(), IsEmpty());
}

}  // namespace
}  // namespace strata
