// Call stacks are kept once each, and refused memory loses frames, never counts.
#include "adaptor/call_sites.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace strata::core {
namespace {

std::vector<void*> frames_of(std::initializer_list<std::uintptr_t> addresses) {
  std::vector<void*> frames;
  for (const std::uintptr_t address : addresses) frames.push_back(reinterpret_cast<void*>(address));
  return frames;
}

std::size_t count_live(const call_sites& sites) {
  std::size_t count = 0;
  sites.for_each_live([&](const call_site&) { ++count; });
  return count;
}

TEST(call_sites, the_same_frames_are_the_same_site) {
  call_sites sites(*std::pmr::new_delete_resource());
  const call_site& first = sites.intern(frames_of({1, 2, 3}));
  EXPECT_EQ(&sites.intern(frames_of({1, 2, 3})), &first);
  EXPECT_NE(&sites.intern(frames_of({1, 2})), &first);
  EXPECT_NE(&sites.intern(frames_of({3, 2, 1})), &first);
  EXPECT_EQ(first.frames().size(), 3u);
  EXPECT_EQ(first.frames()[2], reinterpret_cast<void*>(3));
}

TEST(call_sites, many_sites_stay_where_they_are) {
  call_sites sites(*std::pmr::new_delete_resource());
  std::vector<call_site*> known;
  for (std::uintptr_t i = 1; i <= 5000; ++i) {
    known.push_back(&sites.intern(frames_of({i, i * 7, i * 13})));
    known.back()->live_blocks = 1;
  }
  for (std::uintptr_t i = 1; i <= 5000; ++i) {
    EXPECT_EQ(&sites.intern(frames_of({i, i * 7, i * 13})), known[i - 1]);
  }
  EXPECT_EQ(count_live(sites), 5000u);
}

TEST(call_sites, without_memory_or_frames_there_is_one_site_without_frames) {
  call_sites sites(*std::pmr::null_memory_resource());
  call_site& unknown = sites.intern(frames_of({1, 2}));
  EXPECT_TRUE(unknown.frames().empty());
  EXPECT_EQ(&sites.intern({}), &unknown);
  unknown.live_blocks = 2;
  EXPECT_EQ(count_live(sites), 1u);
}

}  // namespace
}  // namespace strata::core
