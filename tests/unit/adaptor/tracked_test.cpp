#include <strata/adaptor/tracked.hpp>

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include <strata/adaptor/tagged.hpp>
#include <strata/heap/heap.hpp>

#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

using test::strict_upstream;

template <class Sharing>
class tracked_test : public testing::Test {
 protected:
  using tracked_type = tracked<std::pmr::memory_resource, Sharing>;

  strict_upstream upstream_;
  tracked_type resource_{upstream_, "level"};
};

using sharings = testing::Types<one_thread, any_thread>;
TYPED_TEST_SUITE(tracked_test, sharings);

TYPED_TEST(tracked_test, counts_live_and_peak) {
  void* const first = this->resource_.allocate(100);
  void* const second = this->resource_.allocate(50);
  this->resource_.deallocate(first, 100);
  const usage now = this->resource_.usage();
  EXPECT_EQ(now.live_bytes, 50u);
  EXPECT_EQ(now.peak_bytes, 150u);
  EXPECT_EQ(now.allocations, 2u);
  EXPECT_EQ(now.deallocations, 1u);
  EXPECT_EQ(now.live_blocks(), 1u);
  EXPECT_EQ(now.refusals, 0u);
  this->resource_.forget_peak();
  EXPECT_EQ(this->resource_.usage().peak_bytes, 50u);
  this->resource_.deallocate(second, 50);
  EXPECT_EQ(this->resource_.name(), "level");
}

TYPED_TEST(tracked_test, refusals_are_counted_and_nothing_else) {
  this->upstream_.refuses = true;
  EXPECT_EQ(this->resource_.try_allocate(100), nullptr);
  EXPECT_THROW(static_cast<void>(this->resource_.allocate(100)), std::bad_alloc);
  const usage now = this->resource_.usage();
  EXPECT_EQ(now.refusals, 2u);
  EXPECT_EQ(now.allocations, 0u);
  EXPECT_EQ(now.live_bytes, 0u);
  EXPECT_EQ(now.peak_bytes, 0u);
}

TYPED_TEST(tracked_test, tags_count_for_themselves_and_for_the_whole) {
  tagged<typename TestFixture::tracked_type> textures(this->resource_, "textures");
  tagged<typename TestFixture::tracked_type> sounds(this->resource_, "sounds");
  void* const pixels = textures.allocate(1000);
  void* const noise = sounds.allocate(300);
  void* const other = this->resource_.allocate(1);
  sounds.deallocate(noise, 300);
  std::map<std::string, usage, std::less<>> seen;
  this->resource_.for_each_tag(
      [&](std::string_view name, const usage& now) { seen.emplace(name, now); });
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen.at("textures").live_bytes, 1000u);
  EXPECT_EQ(seen.at("sounds").live_bytes, 0u);
  EXPECT_EQ(seen.at("sounds").peak_bytes, 300u);
  EXPECT_EQ(this->resource_.usage().live_bytes, 1001u);
  EXPECT_EQ(this->resource_.usage().peak_bytes, 1301u);
  EXPECT_EQ(textures.usage().live_blocks(), 1u);
  this->resource_.deallocate(other, 1);
  textures.deallocate(pixels, 1000);
}

TYPED_TEST(tracked_test, tags_leave_in_any_order) {
  const auto count = [&] {
    std::size_t tags = 0;
    this->resource_.for_each_tag([&](std::string_view, const usage&) { ++tags; });
    return tags;
  };
  using tag = tagged<typename TestFixture::tracked_type>;
  auto first = std::make_unique<tag>(this->resource_, "1");
  auto second = std::make_unique<tag>(this->resource_, "2");
  auto third = std::make_unique<tag>(this->resource_, "3");
  EXPECT_EQ(count(), 3u);
  second.reset();
  EXPECT_EQ(count(), 2u);
  third.reset();
  first.reset();
  EXPECT_EQ(count(), 0u);
}

TYPED_TEST(tracked_test, what_a_tag_does_not_get_counts_as_refused_in_both) {
  tagged<typename TestFixture::tracked_type> tag(this->resource_, "tag");
  this->upstream_.refuses = true;
  EXPECT_EQ(tag.try_allocate(10), nullptr);
  EXPECT_EQ(tag.usage().refusals, 1u);
  EXPECT_EQ(this->resource_.usage().refusals, 1u);
}

TYPED_TEST(tracked_test, more_freed_than_given_out_ends_the_program) {
  void* const block = this->resource_.allocate(100);
  EXPECT_DEATH(this->resource_.deallocate(block, 200),
               "more freed than given out: \"level\" gets 200 bytes back");
  this->resource_.deallocate(block, 100);
}

TEST(tracked, threads_lose_no_count) {
  heap below({.name = "below"});
  tracked<heap, any_thread> resource(below);
  const auto work = [&] {
    tagged own(resource, "own");
    for (int i = 0; i < 10'000; ++i) own.deallocate(own.allocate(64), 64);
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (std::thread& each : threads) each.join();
  const usage now = resource.usage();
  EXPECT_EQ(now.allocations, 40'000u);
  EXPECT_EQ(now.deallocations, 40'000u);
  EXPECT_EQ(now.live_bytes, 0u);
  EXPECT_GE(now.peak_bytes, 64u);
  EXPECT_LE(now.peak_bytes, 256u);
}

}  // namespace
}  // namespace strata
