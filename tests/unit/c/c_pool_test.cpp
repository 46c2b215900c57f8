// Pools through the C interface; tests/conformance/c99/pool.c is the same from C99.
#include <gtest/gtest.h>
#include <strata/strata.h>

#include <cerrno>
#include <cstring>
#include <thread>
#include <vector>

namespace {

class c_pool : public testing::Test {
 protected:
  static strata_pool* make(std::size_t size, std::size_t maximum = 0) {
    strata_pool_options options{};
    options.name = "c pool";
    options.size = size;
    options.maximum = maximum;
    return strata_pool_create(&options);
  }
  void TearDown() override { strata_pool_destroy(pool_); }

  strata_pool* pool_ = make(40);
};

TEST_F(c_pool, blocks_die_on_any_thread) {
  std::vector<void*> blocks;
  for (int i = 0; i < 1000; ++i) {
    blocks.push_back(strata_pool_allocate(pool_));
    ASSERT_NE(blocks.back(), nullptr);
    std::memset(blocks.back(), i, 40);
  }
  std::thread([&] {
    for (void* const block : blocks) strata_pool_deallocate(pool_, block);
  }).join();
  strata_pool_statistics now{};
  ASSERT_EQ(strata_pool_get_statistics(pool_, &now), 1);
  EXPECT_EQ(now.in_use, 0u);
  EXPECT_EQ(now.caches, 1u);
}

TEST_F(c_pool, reset_frees_everything) {
  for (int i = 0; i < 1000; ++i) ASSERT_NE(strata_pool_allocate(pool_), nullptr);
  EXPECT_EQ(strata_pool_reset(pool_), 1);
  strata_pool_statistics now{};
  strata_pool_get_statistics(pool_, &now);
  EXPECT_EQ(now.in_use, 0u);
  EXPECT_EQ(now.unused, now.capacity);
  EXPECT_NE(strata_pool_allocate(pool_), nullptr);
}

TEST_F(c_pool, reserve_makes_room) {
  EXPECT_EQ(strata_pool_reserve(pool_, 5000), 1);
  strata_pool_statistics now{};
  strata_pool_get_statistics(pool_, &now);
  EXPECT_GE(now.capacity, 5000u);
  strata_pool* const small = make(40, 10);
  EXPECT_EQ(strata_pool_reserve(small, 11), 0);
  EXPECT_EQ(errno, ENOMEM);
  strata_pool_destroy(small);
}

TEST_F(c_pool, a_null_pool_is_an_argument_error) {
  const auto refused = [](bool failed) {
    const bool einval = errno == EINVAL;
    errno = 0;
    return failed && einval;
  };
  strata_pool_statistics now{};
  errno = 0;
  EXPECT_TRUE(refused(strata_pool_allocate(nullptr) == nullptr));
  EXPECT_TRUE(refused(strata_pool_reserve(nullptr, 1) == 0));
  EXPECT_TRUE(refused(strata_pool_reset(nullptr) == 0));
  EXPECT_TRUE(refused(strata_pool_owns(nullptr, &now) == 0));
  EXPECT_TRUE(refused(strata_pool_account(nullptr) == nullptr));
  EXPECT_TRUE(refused(strata_pool_get_statistics(nullptr, &now) == 0));
  EXPECT_TRUE(refused(strata_pool_get_statistics(pool_, nullptr) == 0));
  strata_pool_deallocate(pool_, nullptr);
  EXPECT_EQ(errno, 0);
}

TEST_F(c_pool, an_impossible_size_is_refused) {
  EXPECT_EQ(make(SIZE_MAX / 2), nullptr);
  EXPECT_EQ(errno, ENOMEM);
}

TEST_F(c_pool, accounts_nest) {
  strata_heap_options above{};
  above.name = "above";
  strata_heap* const heap = strata_heap_create(&above);
  strata_pool_options options{};
  options.size = 40;
  options.limit = 4096;
  options.parent = strata_heap_account(heap);
  strata_pool* const limited = strata_pool_create(&options);
  ASSERT_NE(limited, nullptr);
  EXPECT_NE(strata_pool_account(limited), nullptr);
  EXPECT_EQ(strata_pool_allocate(limited), nullptr) << "a chunk is above the limit";
  EXPECT_EQ(errno, ENOMEM);
  strata_pool_destroy(limited);
  strata_heap_destroy(heap);
}

TEST_F(c_pool, mistakes_end_the_program) {
  void* const block = strata_pool_allocate(pool_);
  strata_pool_deallocate(pool_, block);
  EXPECT_DEATH(strata_pool_deallocate(pool_, block), "double release");
  int local = 0;
  EXPECT_DEATH(strata_pool_deallocate(pool_, &local), "foreign release");
}

}  // namespace
