// What a snapshot of a resting process says is exact, and adds up.
#include "heap/measure.hpp"

#include <cstddef>
#include <vector>

#include "support/fake_process.hpp"

namespace strata::core {
namespace {

class measure_test : public test::process_fixture {
 protected:
  [[nodiscard]] snapshot take() {
    snapshot now;
    begin_snapshot(now);
    measure_process(process_->shared(), now);
    process_->for_each_heap([&](heap& each) { measure(each, now); });
    end_snapshot(now);
    return now;
  }

  [[nodiscard]] static const class_snapshot& class_for(const snapshot& now, std::size_t size) {
    return now.classes[class_of(size) - 1];
  }

  static void expect_sound(const snapshot& now) {
    EXPECT_EQ(now.held, now.live_bytes + now.partial_slabs + now.thread_caches + now.large_live +
                            now.large_cache + now.retained + now.metadata);
    std::size_t live = 0;
    std::size_t cached = 0;
    for (std::size_t i = 0; i < now.class_count; ++i) {
      live += now.classes[i].live_blocks * now.classes[i].block_size;
      cached += now.classes[i].cached_blocks * now.classes[i].block_size;
    }
    EXPECT_EQ(now.live_bytes, live);
    EXPECT_EQ(now.thread_caches, cached);
    EXPECT_LE(now.partial_slabs, now.held);
    EXPECT_LE(now.held, now.held_peak);
  }
};

TEST_F(measure_test, live_blocks_are_those_that_the_program_has) {
  std::vector<void*> blocks;
  for (int i = 0; i < 3000; ++i) blocks.push_back(allocate(64));
  for (int i = 0; i < 7; ++i) blocks.push_back(allocate(100'000));
  expect_sound(take());
  EXPECT_EQ(class_for(take(), 64).live_blocks, 3000u);
  EXPECT_EQ(class_for(take(), 100'000).live_blocks, 7u);
  for (int i = 0; i < 1000; ++i) deallocate(blocks[static_cast<std::size_t>(i)]);
  expect_sound(take());
  EXPECT_EQ(class_for(take(), 64).live_blocks, 2000u);
}

TEST_F(measure_test, blocks_in_the_lists_of_this_thread_are_cached_and_not_live) {
  void* const block = allocate(64);
  const snapshot now = take();
  expect_sound(now);
  EXPECT_EQ(class_for(now, 64).live_blocks, 1u);
  EXPECT_EQ(class_for(now, 64).cached_blocks, 4096u / 64 - 1);
  EXPECT_EQ(class_for(now, 64).free_blocks, 0u);
  deallocate(block);
  EXPECT_EQ(class_for(take(), 64).free_blocks, 1u);
}

TEST_F(measure_test, large_blocks_are_live_then_cached_then_gone) {
  void* const block = allocate(1 << 20);
  EXPECT_EQ(take().large_live, 1u << 20);
  EXPECT_EQ(take().large_live_blocks, 1u);
  deallocate(block);
  EXPECT_EQ(take().large_live, 0u);
  EXPECT_EQ(take().large_cache, 1u << 20);
  process_->purge();
  EXPECT_EQ(take().large_cache, 0u);
  expect_sound(take());
}

TEST_F(measure_test, empty_slabs_are_retained_until_they_are_purged) {
  std::vector<void*> blocks;
  for (int i = 0; i < 5000; ++i) blocks.push_back(allocate(64));
  for (void* block : blocks) deallocate(block);
  EXPECT_GT(take().retained, 0u);
  expect_sound(take());
  process_->purge();
  const snapshot now = take();
  expect_sound(now);
  EXPECT_EQ(now.held, now.metadata);
}

}  // namespace
}  // namespace strata::core
