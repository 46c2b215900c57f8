// Objects that stay: initialiser, pre_initialise, reset and drop take effect, and a
// throw from any of them leaves the pool as it was.
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/growing_pool.hpp>

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>
#include <vector>

namespace strata {
namespace {

struct buffer {
  static inline int live = 0;
  static inline int made = 0;
  int serial;
  int uses = 0;

  explicit buffer(int n = -1) : serial(n) {
    ++live;
    ++made;
  }
  buffer(const buffer&) = delete;
  buffer& operator=(const buffer&) = delete;
  ~buffer() { --live; }
};

class pool_recycling : public testing::Test {
 protected:
  void SetUp() override { buffer::made = 0; }
  void TearDown() override { EXPECT_EQ(buffer::live, 0); }

  pool_options<buffer> options(std::size_t capacity) {
    return {.capacity = capacity,
            .initialiser =
                [this] {
                  if (made_ == throw_at_) throw std::runtime_error("initialiser");
                  return buffer(made_++);
                },
            .reset =
                [this](buffer& each) {
                  if (reset_throws_) throw std::runtime_error("reset");
                  each.uses = 0;
                },
            .drop = drop_strategy::keep};
  }

  int made_ = 0;
  int throw_at_ = -1;
  bool reset_throws_ = false;
};

using recycled = fixed_pool<buffer, recycling>;

TEST_F(pool_recycling, a_released_object_is_reset_and_handed_out_again) {
  recycled pool(options(4));
  buffer& first = pool.allocate();
  EXPECT_EQ(first.serial, 0);
  first.uses = 5;
  pool.release(&first);
  EXPECT_EQ(buffer::live, 1) << "it stays";
  EXPECT_EQ(pool.size(), 0u);
  buffer& again = pool.allocate();
  EXPECT_EQ(&again, &first);
  EXPECT_EQ(again.serial, 0) << "the same object";
  EXPECT_EQ(again.uses, 0) << "but reset";
  EXPECT_EQ(buffer::made, 1);
}

TEST_F(pool_recycling, emplace_makes_a_new_object_in_place_of_a_kept_one) {
  recycled pool(options(1));
  pool.release(&pool.allocate());
  EXPECT_EQ(pool.emplace(77).serial, 77);
  EXPECT_EQ(buffer::live, 1);
}

TEST_F(pool_recycling, destroy_ends_objects_at_release) {
  auto destroying = options(4);
  destroying.drop = drop_strategy::destroy;
  destroying.reset = nullptr;
  recycled pool(destroying);
  pool.release(&pool.allocate());
  EXPECT_EQ(buffer::live, 0);
  EXPECT_EQ(pool.allocate().serial, 1) << "a new one";
}

TEST_F(pool_recycling, without_an_initialiser_objects_are_default_made) {
  recycled pool({.capacity = 2, .drop = drop_strategy::keep});
  EXPECT_EQ(pool.allocate().serial, -1);
}

TEST_F(pool_recycling, pre_initialise_makes_all_objects_with_their_slots) {
  auto early = options(10);
  early.pre_initialise = true;
  {
    recycled pool(early);
    EXPECT_EQ(buffer::made, 10);
    EXPECT_EQ(pool.size(), 0u);
    for (int i = 0; i < 10; ++i) (void)pool.allocate();
    EXPECT_EQ(buffer::made, 10);
  }
  EXPECT_EQ(buffer::live, 0);
  early.growth = pool_growth::linear(20);
  growing_pool<buffer, recycling> growing(early);
  EXPECT_EQ(buffer::made, 20);
  for (int i = 0; i < 11; ++i) (void)growing.allocate();
  EXPECT_EQ(buffer::made, 40);
}

TEST_F(pool_recycling, an_initialiser_that_throws_leaves_the_pool_as_it_was) {
  recycled pool(options(4));
  (void)pool.allocate();
  throw_at_ = 1;
  for (int i = 0; i < 10; ++i) EXPECT_THROW((void)pool.allocate(), std::runtime_error);
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_EQ(buffer::live, 1);
  EXPECT_TRUE(pool.verify());
  throw_at_ = -1;
  for (int i = 0; i < 3; ++i) (void)pool.allocate();
  EXPECT_TRUE(pool.full());
}

TEST_F(pool_recycling, a_throw_while_pre_initialising_undoes_the_growth) {
  auto early = options(0);
  early.pre_initialise = true;
  early.growth = pool_growth::linear(20);
  for (int n = 0; n < 20; ++n) {
    made_ = 0;
    throw_at_ = n;
    growing_pool<buffer, recycling> pool(early);
    EXPECT_THROW((void)pool.allocate(), std::runtime_error);
    EXPECT_EQ(buffer::live, 0);
    EXPECT_EQ(pool.capacity(), 0u);
    EXPECT_THROW(pool.reserve(5000), std::runtime_error);
    EXPECT_EQ(buffer::live, 0);
    EXPECT_EQ(pool.capacity(), 0u);
    throw_at_ = -1;
    (void)pool.allocate();
    EXPECT_TRUE(pool.verify());
  }
  early.capacity = 5;
  early.growth = {};
  made_ = 0;
  throw_at_ = 3;
  EXPECT_THROW(recycled{early}, std::runtime_error);
  EXPECT_EQ(buffer::live, 0);
}

TEST_F(pool_recycling, an_object_whose_reset_throws_is_destroyed) {
  recycled pool(options(2));
  buffer& object = pool.allocate();
  reset_throws_ = true;
  pool.release(&object);
  EXPECT_EQ(buffer::live, 0);
  EXPECT_EQ(pool.allocate().serial, 1) << "a new one";
}

TEST_F(pool_recycling, chunks_that_go_take_their_kept_objects_along) {
  auto growing = options(0);
  growing.growth = pool_growth::linear(50);
  growing_pool<buffer, recycling> pool(growing);
  std::vector<buffer*> objects;
  for (int i = 0; i < 200; ++i) objects.push_back(&pool.allocate());
  for (buffer* each : objects) pool.release(each);
  EXPECT_EQ(buffer::live, 200);
  pool.shrink_to_fit();
  EXPECT_EQ(buffer::live, 0);
}

TEST_F(pool_recycling, works_with_bitmap_slots_and_with_a_fallback) {
  fixed_pool<buffer, recycling, bitmap_slots, heap_fallback> pool(options(3));
  std::mt19937 random(1);
  std::vector<buffer*> objects;
  for (int step = 0; step < 2000; ++step) {
    if (random() % 2 == 0 && objects.size() < 6) {
      objects.push_back(&pool.allocate());
      ASSERT_EQ(objects.back()->uses, 0);
      objects.back()->uses = 1;
    } else if (!objects.empty()) {
      pool.release(objects.back());
      objects.pop_back();
    }
    ASSERT_EQ(pool.size(), objects.size());
    ASSERT_TRUE(pool.verify());
  }
}

}  // namespace
}  // namespace strata
