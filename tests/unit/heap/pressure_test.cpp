// Pressure handlers run in the middle of a refill, between the charge and the
// new slab, and may allocate and free: in the very class that is being refilled.
#include <gtest/gtest.h>

#include <vector>

#include "heap/measure.hpp"
#include "support/fake_process.hpp"

namespace strata::core {
namespace {

constexpr std::size_t size = 64;
constexpr std::size_t per_slab = granule_bytes / size;

class pressure_test : public test::process_fixture {
 protected:
  void SetUp() override {
    test::process_fixture::SetUp();
    callback_.context = this;
    callback_.run = [](void* self, std::size_t) noexcept -> std::size_t {
      static_cast<pressure_test*>(self)->relieve();
      return 0;
    };
    root().add_pressure_callback(callback_);
  }

  void TearDown() override {
    root().remove_pressure_callback(callback_);
    test::process_fixture::TearDown();
  }

  // Frees what it was told to, and allocates one block.
  void relieve() noexcept {
    for (void* block : to_free_) deallocate(block);
    to_free_.clear();
    if (void* block = allocate(size)) made_.push_back(block);
  }

  [[nodiscard]] std::vector<void*> allocate_many(std::size_t count, std::size_t bytes) {
    std::vector<void*> blocks;
    while (blocks.size() < count) blocks.push_back(allocate(bytes));
    return blocks;
  }

  [[nodiscard]] std::size_t live_blocks() {
    snapshot now;
    begin_snapshot(now);
    measure(process_heap(), now);
    std::size_t live = 0;
    for (std::size_t i = 0; i < now.class_count; ++i) live += now.classes[i].live_blocks;
    return live;
  }

  pressure_callback callback_;
  std::vector<void*> to_free_;
  std::vector<void*> made_;
};

TEST_F(pressure_test, a_handler_that_allocates_in_the_same_class_loses_no_block) {
  root().set_limit(3 * granule_bytes);
  const std::vector<void*> blocks = allocate_many(3 * per_slab, size);
  to_free_.assign(blocks.begin(), blocks.begin() + per_slab);
  to_free_.insert(to_free_.end(), blocks.end() - 10, blocks.end());
  EXPECT_NE(allocate(size), nullptr);
  EXPECT_EQ(live_blocks(), 1 + made_.size() + 2 * per_slab - 10);
  EXPECT_TRUE(process_.invariant());
}

TEST_F(pressure_test, a_handler_may_open_a_slab_of_the_same_class) {
  root().set_limit(6 * granule_bytes);
  const std::vector<void*> blocks = allocate_many(2 * per_slab, size);
  to_free_ = allocate_many(4 * per_slab / 2, 2 * size);
  const std::vector<void*> rest = allocate_many(2 * per_slab, size);
  EXPECT_NE(allocate(size), nullptr);
  ASSERT_EQ(made_.size(), 1u);
  EXPECT_EQ(live_blocks(), 4 * per_slab + 2);
  EXPECT_TRUE(process_.invariant());
  deallocate(blocks[0]);
  deallocate(blocks[per_slab]);
  deallocate(made_[0]);
  EXPECT_TRUE(process_.invariant());
}

// Such a thread works on an orphan under a lock, so no handler runs for it.
TEST_F(pressure_test, a_thread_past_its_end_is_refused_without_handlers) {
  root().set_limit(2 * granule_bytes);
  static_cast<void>(allocate_many(2 * per_slab, size));
  process_->end_thread();
  EXPECT_EQ(allocate(size), nullptr);
  EXPECT_TRUE(made_.empty());
}

}  // namespace
}  // namespace strata::core
