// A walk meets every live block once, and no free one, wherever it lies.
#include "heap/walk.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "support/fake_process.hpp"

namespace strata::core {
namespace {

class walk_test : public test::process_fixture {
 protected:
  [[nodiscard]] std::vector<void*> met() {
    std::vector<void*> blocks = walk(process_heap());
    std::sort(blocks.begin(), blocks.end());
    return blocks;
  }
  [[nodiscard]] static std::vector<void*> sorted(std::vector<void*> blocks) {
    std::sort(blocks.begin(), blocks.end());
    return blocks;
  }
};

TEST_F(walk_test, meets_the_live_blocks_of_all_sizes) {
  std::vector<void*> live;
  for (std::size_t size = 1; size < 5'000'000; size += size / 3 + 1) {
    live.push_back(allocate(size));
    void* const freed = allocate(size);
    live.push_back(allocate(size));
    deallocate(freed);
  }
  EXPECT_EQ(met(), sorted(live));
}

TEST_F(walk_test, does_not_meet_blocks_on_their_way_between_threads) {
  std::vector<void*> live;
  std::vector<void*> freed;
  for (int i = 0; i < 100; ++i) (i % 2 == 0 ? live : freed).push_back(allocate(48));
  test::stepping_thread other;
  other.run([&] {  // 50 are less than a batch: they stay in its outbox
    for (void* block : freed) deallocate(block);
  });
  EXPECT_EQ(met(), sorted(live));
  other.end();
  EXPECT_EQ(met(), sorted(live));
}

TEST_F(walk_test, meets_what_an_ended_thread_left) {
  std::vector<void*> live;
  test::stepping_thread other;
  other.run([&] {
    for (int i = 0; i < 100; ++i) live.push_back(allocate(48));
  });
  other.end();
  EXPECT_EQ(met(), sorted(live));
}

TEST_F(walk_test, ends_when_the_visitor_has_enough) {
  for (int i = 0; i < 10; ++i) static_cast<void>(allocate(48));
  int visits = 0;
  EXPECT_FALSE(core::walk(
      process_heap(),
      [](void* context, void*, std::size_t) noexcept { return ++*static_cast<int*>(context) < 3; },
      &visits));
  EXPECT_EQ(visits, 3);
}

}  // namespace
}  // namespace strata::core
