// Blocks in size bands: which band serves, when groups come and go, what is refused.
#include <strata/stack/detail/band_source.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <strata/base/sharing.hpp>

#include "unit/arena/counting_upstream.hpp"

namespace strata::test {
namespace {

using detail::band_block;
using source = detail::band_source<one_thread>;

detail::bands_options bands_over(std::pmr::memory_resource& upstream, std::size_t idle_bytes) {
  return detail::bands_for(message_pool_options{.upstream = &upstream,
                                                .band_bytes_min = 256,
                                                .band_bytes_max = 16'384,
                                                .idle_bytes = idle_bytes});
}

TEST(bands, the_smallest_band_that_holds_the_bytes_serves) {
  counting_upstream upstream;
  detail::bands bands(bands_over(upstream, 0));
  EXPECT_EQ(bands.count(), 7U);
  EXPECT_EQ(bands.index_for(0), 0U);
  EXPECT_EQ(bands.index_for(256), 0U);
  EXPECT_EQ(bands.index_for(257), 1U);
  EXPECT_EQ(bands.index_for(512), 1U);
  EXPECT_EQ(bands.index_for(513), 2U);
  EXPECT_EQ(bands.index_for(16'384), 6U);
  EXPECT_EQ(bands.index_for(16'385), 7U);
  EXPECT_EQ(bands.index_for(SIZE_MAX), 7U);
}

TEST(bands, the_head_lies_inside_where_the_band_is_that_of_the_block) {
  detail::bands bands(detail::bands_for(fiber_arenas_options{}, nullptr));
  EXPECT_EQ(bands.count(), 5U);
  EXPECT_EQ(bands.index_for(4096 - 64), 0U);
  EXPECT_EQ(bands.index_for(4096 - 63), 1U);
  EXPECT_EQ(bands.index_for(65'536 - 64), 4U);
  EXPECT_EQ(bands.index_for(65'536 - 63), 5U);
}

TEST(bands, blocks_share_a_group_until_it_is_full) {
  counting_upstream upstream;
  source from(bands_over(upstream, SIZE_MAX));
  std::vector<band_block*> blocks;
  const std::size_t in_group = 65'536 / (256 + 64);
  for (std::size_t i = 0; i < in_group + 1; ++i) {
    blocks.push_back(from.take(256));
    EXPECT_EQ(upstream.live(), 1 + i / in_group);
    ASSERT_TRUE(from.all.invariant());
  }
  for (band_block* each : blocks) from.give(*each);
  EXPECT_TRUE(from.all.invariant());
  EXPECT_EQ(upstream.live(), 2U);
  EXPECT_EQ(from.all.statistics().each[0].peak, in_group + 1);
}

TEST(bands, the_block_that_came_last_goes_first) {
  counting_upstream upstream;
  source from(bands_over(upstream, SIZE_MAX));
  band_block* const one = from.take(1000);
  band_block* const two = from.take(1000);
  from.give(*one);
  from.give(*two);
  EXPECT_EQ(from.take(600), two);
  EXPECT_EQ(from.take(1024), one);
  from.give(*two);
  from.give(*one);
}

TEST(bands, a_group_that_exceeds_the_budget_goes_back_with_its_last_block) {
  counting_upstream upstream;
  source from(bands_over(upstream, 70'000));  // more than one group, less than two
  band_block* const small = from.take(256);
  band_block* const large = from.take(16'384);
  EXPECT_EQ(upstream.live(), 2U);
  from.give(*small);
  EXPECT_EQ(upstream.live(), 2U);
  from.give(*large);
  EXPECT_EQ(upstream.live(), 1U);
  EXPECT_TRUE(from.all.invariant());
  (void)from.trim();
  EXPECT_EQ(upstream.live(), 0U);
  EXPECT_TRUE(from.all.invariant());
  EXPECT_EQ(from.all.statistics().total().returned, 2U);
}

TEST(bands, what_is_attached_stays_with_its_block_and_ends_with_the_group) {
  counting_upstream upstream;
  detail::bands_options options = bands_over(upstream, SIZE_MAX);
  options.end_attached = [](void* count) noexcept { ++*static_cast<int*>(count); };
  source from(options);
  int ended = 0;
  band_block* const one = from.take(1000);
  band_block* const two = from.take(1000);
  one->attached = two->attached = &ended;
  from.give(*two);
  from.give(*one);
  EXPECT_EQ(from.take(1000), one);
  EXPECT_EQ(one->attached, &ended);
  from.all.strip(*one);
  from.all.strip(*one);
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(one->attached, nullptr);
  from.give(*one);
  EXPECT_EQ(from.trim(), 65'536U / (1024 + 64) * (1024 + 64));
  EXPECT_EQ(ended, 2);
}

TEST(bands, what_is_larger_stands_apart_and_goes_back_at_once) {
  counting_upstream upstream;
  source from(bands_over(upstream, SIZE_MAX));
  band_block* const huge = from.take(100'000);
  EXPECT_GE(huge->bytes, 100'000U);
  std::memset(huge->payload(), 1, huge->bytes);
  EXPECT_EQ(from.all.statistics().apart.active, 1U);
  from.give(*huge);
  EXPECT_EQ(upstream.live(), 0U);
  for (const std::size_t bytes : {std::size_t{PTRDIFF_MAX}, SIZE_MAX - 100, SIZE_MAX}) {
    EXPECT_EQ(from.take(bytes), nullptr);
  }
}

TEST(bands, alignments_above_a_line_are_heeded) {
  counting_upstream upstream;
  source from(bands_over(upstream, SIZE_MAX));
  for (std::size_t alignment = 128; alignment <= 65'536; alignment *= 2) {
    band_block* const got = from.take_aligned(100, alignment);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(got->payload()) % alignment, 0U);
    std::memset(got->payload(), 1, got->bytes);
    from.give(*got);
  }
  EXPECT_EQ(from.take_aligned(1, std::size_t{1} << 63), nullptr);
}

TEST(bands, a_refusal_changes_nothing_and_what_is_free_still_serves) {
  counting_upstream upstream;
  source from(bands_over(upstream, SIZE_MAX));
  band_block* const one = from.take(16'384);
  upstream.fail(1, true);
  EXPECT_EQ(from.take(256), nullptr);
  EXPECT_EQ(from.take(100'000), nullptr);
  EXPECT_TRUE(from.all.invariant());
  band_block* const two = from.take(16'000);
  EXPECT_NE(two, nullptr);
  upstream.fail_none();
  from.give(*one);
  from.give(*two);
}

// Contents as a shadow: each block is filled with a byte of its own.
struct filled {
  band_block* block;
  unsigned char pattern;
};

bool is_whole(const filled& one) {
  const std::byte* const at = one.block->payload();
  for (std::size_t i = 0; i < one.block->bytes; ++i) {
    if (at[i] != std::byte{one.pattern}) return false;
  }
  return true;
}

TEST(bands, a_random_life_keeps_contents_and_invariants) {
  for (const std::size_t idle_bytes : {std::size_t{0}, std::size_t{200'000}, SIZE_MAX}) {
    counting_upstream upstream;
    source from(bands_over(upstream, idle_bytes));
    std::mt19937 random(7);
    std::vector<filled> live;
    for (int step = 0; step < 3000; ++step) {
      if (live.size() < 60 && random() % 100 < 55) {
        const std::size_t bytes = random() % (std::size_t{64} << random() % 10);
        const auto pattern = static_cast<unsigned char>(random() % 255);
        live.push_back({from.take(bytes), pattern});
        ASSERT_GE(live.back().block->bytes, bytes);
        std::memset(live.back().block->payload(), pattern, live.back().block->bytes);
      } else if (!live.empty()) {
        std::swap(live[random() % live.size()], live.back());
        ASSERT_TRUE(is_whole(live.back())) << step;
        from.give(*live.back().block);
        live.pop_back();
      }
      if (step % 500 == 0) (void)from.trim();
      ASSERT_TRUE(from.all.invariant()) << step;
      ASSERT_EQ(from.all.active(), live.size());
    }
    for (const filled& each : live) from.give(*each.block);
    const std::size_t held = from.all.statistics().total().held_bytes;
    EXPECT_LE(held, idle_bytes);
    EXPECT_EQ(held, upstream.live_bytes());
  }
}

TEST(bands, accounts_know_each_band) {
  account parent({.name = "bands test"});
  source from(detail::bands_for(message_pool_options{.name = "mail", .parent = &parent}));
  band_block* const one = from.take(300);
  band_block* const two = from.take(1 << 20);
  std::vector<std::string> paths;
  visit_accounts([&](const account_info& info) {
    if (info.path.find("bands test/") != std::string_view::npos) paths.emplace_back(info.path);
  });
  EXPECT_EQ(paths,
            (std::vector<std::string>{"process/bands test/mail", "process/bands test/mail/512 B",
                                      "process/bands test/mail/apart"}));
  EXPECT_EQ(parent.usage(), from.all.statistics().total().held_bytes);
  from.give(*one);
  from.give(*two);
}

}  // namespace
}  // namespace strata::test
