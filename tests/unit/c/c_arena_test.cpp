// Arenas through the C interface, called from C++ because that is where the tests
// are; the header is compiled as C by tests/headers.
#include <gtest/gtest.h>
#include <strata/strata.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

constexpr int errno_before = 4711;

class c_arena : public testing::Test {
 protected:
  void SetUp() override {
    const strata_arena_options options{.name = "c test",
                                       .limit = 8u << 20,
                                       .parent = nullptr,
                                       .chunk_bytes = 4096,
                                       .chunk_bytes_max = 0,
                                       .later = {}};
    arena_ = strata_arena_create(&options);
    ASSERT_NE(arena_, nullptr);
    errno = errno_before;
  }
  void TearDown() override { strata_arena_destroy(arena_); }

  [[nodiscard]] strata_arena_statistics statistics() const {
    strata_arena_statistics now{};
    EXPECT_EQ(strata_arena_get_statistics(arena_, &now), 1);
    return now;
  }

  strata_arena* arena_ = nullptr;
};

TEST_F(c_arena, allocates_in_all_ways) {
  std::memset(strata_arena_allocate(arena_, 100), 0xff, 100);
  void* const last = strata_arena_allocate(arena_, 100);
  std::memset(last, 0xff, 100);
  strata_arena_deallocate(arena_, last, 100);
  const char* const zeros = static_cast<char*>(strata_arena_allocate_zeroed(arena_, 10, 10));
  EXPECT_EQ(zeros, last);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(zeros[i], 0);
  const void* const aligned = strata_arena_allocate_aligned(arena_, 4096, 10);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(aligned) % 4096, 0u);
  EXPECT_NE(strata_arena_allocate(arena_, 0), nullptr);
  EXPECT_EQ(errno, errno_before);
}

TEST_F(c_arena, resizes_the_last_block) {
  void* const block = strata_arena_allocate(arena_, 100);
  EXPECT_EQ(strata_arena_try_resize(arena_, block, 100, 1000), 1);
  EXPECT_EQ(statistics().allocated, 1008u);
  EXPECT_EQ(strata_arena_try_resize(arena_, block, 1000, 1u << 20), 0);
  EXPECT_EQ(errno, errno_before);
}

TEST_F(c_arena, checkpoints_nest) {
  const strata_arena_checkpoint outer = strata_arena_open_checkpoint(arena_);
  void* const first = strata_arena_allocate(arena_, 100);
  const strata_arena_checkpoint inner = strata_arena_open_checkpoint(arena_);
  for (int i = 0; i < 100; ++i) (void)strata_arena_allocate(arena_, 1000);
  strata_arena_rewind(arena_, inner);
  EXPECT_EQ(statistics().allocated, 112u);
  strata_arena_close_checkpoint(arena_, inner);
  strata_arena_rewind(arena_, outer);
  EXPECT_EQ(statistics().allocated, 0u);
  EXPECT_EQ(strata_arena_allocate(arena_, 100), first);
  EXPECT_DEATH(strata_arena_rewind(arena_, inner), "ended checkpoint");
  EXPECT_DEATH(strata_arena_rewind(arena_, strata_arena_checkpoint{}), "foreign checkpoint");
}

TEST_F(c_arena, functions_run_at_the_end_newest_first) {
  static std::vector<int> ended;
  static int numbers[] = {0, 1, 2};
  const auto note = [](void* number) { ended.push_back(*static_cast<int*>(number)); };
  ended.clear();
  for (int& number : numbers) EXPECT_EQ(strata_arena_at_end(arena_, note, &number), 1);
  EXPECT_EQ(strata_arena_reset(arena_, 0), 1);
  EXPECT_EQ(ended, (std::vector<int>{2, 1, 0}));
  EXPECT_EQ(strata_arena_at_end(arena_, nullptr, nullptr), 0);
  EXPECT_EQ(errno, EINVAL);
}

TEST_F(c_arena, a_limit_refuses_with_errno) {
  EXPECT_EQ(strata_arena_allocate(arena_, 16u << 20), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  errno = 0;
  EXPECT_EQ(strata_arena_allocate_zeroed(arena_, SIZE_MAX / 2, 3), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  errno = 0;
  EXPECT_EQ(strata_arena_allocate_aligned(arena_, 48, 10), nullptr);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_NE(std::strstr(strata_last_error(), "power of two"), nullptr);
}

TEST_F(c_arena, reset_keeps_what_it_is_told) {
  for (int i = 0; i < 1000; ++i) (void)strata_arena_allocate(arena_, 100);
  const std::size_t reserved = statistics().reserved;
  strata_arena_reset(arena_, SIZE_MAX);
  EXPECT_EQ(statistics().reserved, reserved);
  strata_arena_reset(arena_, 5000);
  EXPECT_EQ(statistics().reserved, 4096u);
  strata_arena_reset(arena_, 0);
  EXPECT_EQ(statistics().reserved, 0u);
}

TEST_F(c_arena, statistics_add_up) {
  for (int i = 0; i < 1000; ++i) (void)strata_arena_allocate(arena_, 100);
  const strata_arena_statistics now = statistics();
  EXPECT_EQ(now.reserved, now.allocated + now.abandoned + now.remaining + now.spare + now.overhead);
  EXPECT_GT(now.chunks, 1u);
  EXPECT_EQ(now.peak, now.allocated);
}

TEST(c_arena_life, its_account_is_the_parent_of_others) {
  const strata_heap_options heap_options{
      .name = "parent", .limit = 1u << 20, .parent = nullptr, .later = {}};
  strata_heap* const heap = strata_heap_create(&heap_options);
  const strata_arena_options options{.name = nullptr,
                                     .limit = 0,
                                     .parent = strata_heap_account(heap),
                                     .chunk_bytes = 0,
                                     .chunk_bytes_max = 0,
                                     .later = {}};
  strata_arena* const child = strata_arena_create(&options);
  EXPECT_NE(strata_arena_account(child), nullptr);
  EXPECT_NE(strata_arena_allocate(child, 100), nullptr);
  EXPECT_EQ(strata_arena_allocate(child, 2u << 20), nullptr) << "the parent's limit";
  strata_arena_destroy(child);
  strata_heap_destroy(heap);
}

TEST(c_arena_life, null_is_an_argument_that_makes_no_sense) {
  strata_arena* const plain = strata_arena_create(nullptr);
  EXPECT_NE(strata_arena_account(plain), nullptr);
  strata_arena_destroy(plain);
  strata_arena_destroy(nullptr);
  strata_arena_statistics now{};
  const auto expect_refused = [](bool refused) {
    EXPECT_TRUE(refused);
    EXPECT_EQ(errno, EINVAL);
    errno = 0;
  };
  errno = 0;
  expect_refused(strata_arena_allocate(nullptr, 1) == nullptr);
  expect_refused(strata_arena_allocate_zeroed(nullptr, 1, 1) == nullptr);
  expect_refused(strata_arena_allocate_aligned(nullptr, 16, 1) == nullptr);
  expect_refused(strata_arena_try_resize(nullptr, nullptr, 1, 1) == 0);
  expect_refused(strata_arena_reset(nullptr, 0) == 0);
  expect_refused(strata_arena_account(nullptr) == nullptr);
  expect_refused(strata_arena_get_statistics(nullptr, &now) == 0);
}

}  // namespace
