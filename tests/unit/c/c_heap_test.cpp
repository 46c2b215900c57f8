// The C interface, called from C++ because that is where the tests are;
// examples/heap.c is the same from C99.
#include <gtest/gtest.h>
#include <strata/strata.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <set>
#include <thread>

namespace {

constexpr int errno_before = 4711;

class c_heap : public testing::Test {
 protected:
  void SetUp() override {
    const strata_heap_options options{
        .name = "c test", .limit = 32u << 20, .parent = nullptr, .later = {}};
    heap_ = strata_heap_create(&options);
    ASSERT_NE(heap_, nullptr);
    errno = errno_before;
  }
  void TearDown() override { strata_heap_destroy(heap_); }

  strata_heap* heap_ = nullptr;
};

TEST_F(c_heap, allocates_and_frees) {
  char* const block = static_cast<char*>(strata_heap_allocate(heap_, 100));
  ASSERT_NE(block, nullptr);
  EXPECT_GE(strata_usable_size(block), 100u);
  std::memset(block, 1, 100);
  strata_heap_deallocate(heap_, block);
  strata_heap_deallocate_sized(heap_, strata_heap_allocate(heap_, 100), 100);
  EXPECT_EQ(errno, errno_before);
}

TEST_F(c_heap, zeroed_blocks_are_zero) {
  void* const dirty = strata_heap_allocate(heap_, 3000);
  std::memset(dirty, 0xff, 3000);
  strata_heap_deallocate(heap_, dirty);
  const char* const block = static_cast<char*>(strata_heap_allocate_zeroed(heap_, 30, 100));
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(block[i], 0) << i;
}

TEST_F(c_heap, aligned_blocks_are_aligned) {
  for (std::size_t alignment = 1; alignment <= 65536; alignment *= 2) {
    void* const block = strata_heap_allocate_aligned(heap_, alignment, 100);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignment, 0u);
  }
  EXPECT_EQ(strata_heap_allocate_aligned(heap_, 48, 100), nullptr);
  EXPECT_EQ(errno, EINVAL);
}

TEST_F(c_heap, reallocate_follows_realloc) {
  char* block = static_cast<char*>(strata_heap_reallocate(heap_, nullptr, 10));
  std::memcpy(block, "strata...", 10);
  block = static_cast<char*>(strata_heap_reallocate(heap_, block, 300000));
  EXPECT_STREQ(block, "strata...");
  EXPECT_EQ(strata_heap_reallocate(heap_, block, 64u << 20), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_STREQ(block, "strata...");
  errno = errno_before;
  EXPECT_EQ(strata_heap_reallocate(heap_, block, 0), nullptr);
  EXPECT_EQ(errno, errno_before);
}

TEST_F(c_heap, the_limit_refuses_and_says_so) {
  EXPECT_EQ(strata_heap_allocate(heap_, 64u << 20), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_NE(std::strstr(strata_last_error(), "out of memory"), nullptr);
}

TEST_F(c_heap, products_that_overflow_are_refused) {
  EXPECT_EQ(strata_heap_allocate_zeroed(heap_, SIZE_MAX / 2, 3), nullptr);
  EXPECT_EQ(errno, ENOMEM);
}

TEST_F(c_heap, last_error_belongs_to_the_thread) {
  (void)strata_heap_allocate(nullptr, 1);
  EXPECT_STREQ(strata_last_error(), "strata: the heap is NULL");
  std::thread([] { EXPECT_STREQ(strata_last_error(), ""); }).join();
}

TEST_F(c_heap, null_is_tolerated) {
  strata_heap_destroy(nullptr);
  strata_heap_deallocate(heap_, nullptr);
  strata_heap_deallocate(nullptr, nullptr);
  EXPECT_EQ(strata_usable_size(nullptr), 0u);
  EXPECT_EQ(strata_try_expand(nullptr, 1), 0);
  EXPECT_EQ(errno, errno_before);

  const auto refused = [](auto result) {
    const bool invalid = !result && errno == EINVAL;
    errno = errno_before;
    return invalid;
  };
  EXPECT_TRUE(refused(strata_heap_allocate(nullptr, 1)));
  EXPECT_TRUE(refused(strata_heap_allocate_zeroed(nullptr, 1, 1)));
  EXPECT_TRUE(refused(strata_heap_allocate_aligned(nullptr, 16, 1)));
  EXPECT_TRUE(refused(strata_heap_allocate_at_least(nullptr, 1).block));
  EXPECT_TRUE(refused(strata_heap_reallocate(nullptr, nullptr, 1)));
  EXPECT_TRUE(refused(strata_heap_account(nullptr)));
  EXPECT_TRUE(refused(strata_heap_reset(nullptr)));
  EXPECT_TRUE(refused(strata_heap_verify(nullptr)));
  EXPECT_TRUE(refused(strata_heap_walk(heap_, nullptr, nullptr)));
  EXPECT_TRUE(refused(strata_heap_purge(nullptr)));
  (void)strata_pump();  // has nothing to refuse
  EXPECT_TRUE(refused(strata_heap_get_statistics(heap_, nullptr)));
}

TEST_F(c_heap, the_process_heap_stays) {
  EXPECT_EQ(strata_heap_reset(strata_process_heap()), 0);
  EXPECT_EQ(errno, EINVAL);
  strata_heap_destroy(strata_process_heap());
  void* const block = strata_heap_allocate(strata_process_heap(), 10);
  EXPECT_NE(block, nullptr);
  strata_heap_deallocate(strata_process_heap(), block);
}

TEST_F(c_heap, default_options_do) {
  strata_heap* const plain = strata_heap_create(nullptr);
  ASSERT_NE(plain, nullptr);
  EXPECT_NE(strata_heap_allocate(plain, 40u << 20), nullptr);
  strata_heap_destroy(plain);
}

TEST_F(c_heap, a_childs_account_is_limited_by_its_parents) {
  const strata_heap_options options{
      .name = "child", .limit = 0, .parent = strata_heap_account(heap_), .later = {}};
  strata_heap* const child = strata_heap_create(&options);
  ASSERT_NE(child, nullptr);
  EXPECT_EQ(strata_heap_allocate(child, 40u << 20), nullptr);
  strata_heap_destroy(child);
}

TEST_F(c_heap, at_least_gives_the_whole_block) {
  const strata_sized_block given = strata_heap_allocate_at_least(heap_, 1000);
  ASSERT_NE(given.block, nullptr);
  EXPECT_GE(given.size, 1000u);
  EXPECT_EQ(strata_try_expand(given.block, given.size), 1);
  std::memset(given.block, 1, given.size);
  strata_heap_deallocate_sized(heap_, given.block, given.size);
}

TEST_F(c_heap, walk_sees_every_live_block_once) {
  std::set<void*> expected;
  for (const std::size_t size : {1u, 100u, 5000u, 300000u, 3000000u}) {
    expected.insert(strata_heap_allocate(heap_, size));
  }
  strata_heap_deallocate(heap_, strata_heap_allocate(heap_, 100));
  std::multiset<void*> seen;
  const auto visit = [](void* context, void* block, std::size_t) {
    static_cast<std::multiset<void*>*>(context)->insert(block);
    return 1;
  };
  EXPECT_EQ(strata_heap_walk(heap_, visit, &seen), 1);
  EXPECT_EQ(seen, std::multiset<void*>(expected.begin(), expected.end()));
}

TEST_F(c_heap, a_visitor_can_end_the_walk) {
  (void)strata_heap_allocate(heap_, 10);
  (void)strata_heap_allocate(heap_, 10);
  int calls = 0;
  const auto stop = [](void* context, void*, std::size_t) {
    ++*static_cast<int*>(context);
    return 0;
  };
  EXPECT_EQ(strata_heap_walk(heap_, stop, &calls), 0);
  EXPECT_EQ(calls, 1);
}

TEST_F(c_heap, reset_frees_everything) {
  for (int i = 0; i < 1000; ++i) ASSERT_NE(strata_heap_allocate(heap_, 20000), nullptr);
  EXPECT_EQ(strata_heap_reset(heap_), 1);
  strata_heap_statistics now;
  EXPECT_EQ(strata_heap_get_statistics(heap_, &now), 1);
  EXPECT_EQ(now.live, 0u);
  for (int i = 0; i < 1000; ++i) ASSERT_NE(strata_heap_allocate(heap_, 20000), nullptr);
  EXPECT_EQ(strata_heap_verify(heap_), 1);
}

TEST_F(c_heap, statistics_add_up) {
  (void)strata_heap_allocate(heap_, 100);
  (void)strata_heap_allocate(heap_, 3000000);
  strata_heap_statistics now;
  ASSERT_EQ(strata_heap_get_statistics(heap_, &now), 1);
  EXPECT_GE(now.live, 3000100u);
  EXPECT_GE(now.held_peak, now.held);
  EXPECT_EQ(now.held,
            now.live + now.free_in_slabs + now.free_in_caches + now.retained + now.metadata);
}

TEST_F(c_heap, the_version_has_three_numbers) {
  int major = -1;
  int minor = -1;
  int patch = -1;
  EXPECT_EQ(std::sscanf(strata_version(), "%d.%d.%d", &major, &minor, &patch), 3);
}

using c_heap_death = c_heap;

TEST_F(c_heap_death, a_block_of_another_heap_is_diagnosed) {
  void* const foreign = strata_heap_allocate(strata_process_heap(), 10);
  EXPECT_DEATH(strata_heap_deallocate(heap_, foreign), "wrong heap");
  strata_heap_deallocate(strata_process_heap(), foreign);
}

}  // namespace
