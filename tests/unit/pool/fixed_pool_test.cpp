// fixed_pool: what types it holds, batches, iteration, numbers, and mistakes.
#include <strata/base/detail/poison.hpp>
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/free_list_slots.hpp>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "unit/pool/failing_upstream.hpp"

namespace strata {
namespace {

struct alignas(256) over_aligned {
  char text[100];
};

struct point {
  int x;
  int y;
};

struct pinned {
  explicit pinned(int& count) : count_(count) { ++count_; }
  pinned(const pinned&) = delete;
  ~pinned() { --count_; }
  int& count_;
};

TEST(fixed_pool, holds_every_kind_of_type) {
  fixed_pool<over_aligned> aligned({.capacity = 20});
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&aligned.allocate()) % 256, 0u);
  }
  fixed_pool<std::unique_ptr<int>> move_only({.capacity = 2});
  EXPECT_EQ(*move_only.emplace(std::make_unique<int>(7)), 7);
  fixed_pool<point> aggregate({.capacity = 2});
  EXPECT_EQ(aggregate.emplace(3, 4).y, 4);
  fixed_pool<char> small({.capacity = 100});
  const char* const first = &small.emplace('a');
  EXPECT_EQ(&small.emplace('b') - first, 8) << "a place in a stack needs a pointer";
  fixed_pool<char, bitmap_slots> smaller({.capacity = 100});
  const char* const lowest = &smaller.emplace('a');
  EXPECT_EQ(&smaller.emplace('b') - lowest, 1) << "bits need nothing of a slot";
  int count = 0;
  {
    fixed_pool<pinned> neither({.capacity = 2});
    neither.emplace(count);
    neither.release(&neither.emplace(count));
    EXPECT_EQ(count, 1);
  }
  EXPECT_EQ(count, 0);
}

TEST(fixed_pool, takes_one_block_and_gives_it_back) {
  test::failing_upstream upstream;
  {
    fixed_pool<point> pool({.capacity = 1000, .upstream = &upstream});
    EXPECT_EQ(upstream.requests(), 1u);
    EXPECT_EQ(upstream.live_bytes(), pool.held_bytes());
    EXPECT_LE(upstream.live_bytes(), 1000 * (8 + 8) + 160u) << "a word and a bit a slot";
    for (int i = 0; i < 1000; ++i) pool.emplace(i, i);
    EXPECT_EQ(pool.try_emplace(1, 1), nullptr);
    EXPECT_EQ(upstream.requests(), 1u);
  }
  EXPECT_EQ(upstream.live_blocks(), 0u);
  upstream.fail_at(1);
  EXPECT_THROW(fixed_pool<point>({.name = "f", .capacity = 10, .upstream = &upstream}),
               out_of_memory);
  EXPECT_EQ(upstream.live_blocks(), 0u);
}

TEST(fixed_pool, a_list_needs_a_bit_a_slot_beside_the_slots) {
  test::failing_upstream upstream;
  const fixed_pool<point, free_list_slots> pool({.capacity = 1000, .upstream = &upstream});
  EXPECT_EQ(upstream.live_bytes(), pool.held_bytes());
  EXPECT_LE(upstream.live_bytes(), 1000 * 8 + 128u);
}

TEST(fixed_pool, says_what_is_available) {
  fixed_pool<int> pool({.capacity = 2});
  EXPECT_TRUE(pool.empty());
  EXPECT_EQ(pool.available(), 2u);
  int& first = pool.emplace(1);
  pool.emplace(2);
  EXPECT_TRUE(pool.full());
  EXPECT_EQ(pool.maximum(), 2u);
  try {
    pool.emplace(3);
    FAIL();
  } catch (const pool_exhausted& refused) {
    EXPECT_EQ(refused.capacity(), 2u);
    EXPECT_EQ(refused.in_use(), 2u);
    EXPECT_EQ(refused.account_name(), "pool");
    EXPECT_STREQ(refused.what(), "pool 'pool' is exhausted: 2 of 2 slots in use, 1 more wanted");
  }
  pool.release(&first);
  EXPECT_FALSE(pool.full());
  pool.release(nullptr);
  EXPECT_EQ(pool.size(), 1u);
}

TEST(fixed_pool, a_batch_is_all_or_nothing) {
  fixed_pool<int> pool({.capacity = 10});
  std::array<int*, 6> first{};
  ASSERT_TRUE(pool.try_allocate_batch(first));
  std::array<int*, 5> second{first[0], first[0], first[0], first[0], first[0]};
  EXPECT_FALSE(pool.try_allocate_batch(second));
  for (int* each : second) EXPECT_EQ(each, nullptr);
  EXPECT_THROW(pool.allocate_batch(second), pool_exhausted);
  EXPECT_EQ(pool.size(), 6u);
  pool.release(first[0]);
  pool.allocate_batch(second);
  EXPECT_EQ(pool.size(), 10u);
  EXPECT_TRUE(pool.try_allocate_batch({}));
}

struct throws_at {
  static inline int countdown = 0;
  static inline int live = 0;
  throws_at() {
    if (countdown != 0 && --countdown == 0) throw std::runtime_error("constructor");
    ++live;
  }
  ~throws_at() { --live; }
};

TEST(fixed_pool, a_batch_survives_a_throw_at_every_object) {
  for (int n = 1; n <= 8; ++n) {
    fixed_pool<throws_at> pool({.capacity = 8});
    std::array<throws_at*, 8> batch{};
    throws_at::countdown = n;
    EXPECT_THROW((void)pool.try_allocate_batch(batch), std::runtime_error);
    EXPECT_EQ(pool.size(), 0u);
    EXPECT_EQ(throws_at::live, 0);
    EXPECT_TRUE(pool.verify());
    pool.allocate_batch(batch);
    EXPECT_TRUE(pool.full());
  }
  EXPECT_EQ(throws_at::live, 0);
}

template <class Pool>
void expect_iteration_by_address(Pool& pool) {
  std::vector<int*> objects;
  for (int i = 0; i < 500; ++i) objects.push_back(&pool.emplace(i));
  for (std::size_t i = 0; i < objects.size(); i += 3) pool.release(objects[i]);
  const int* last = nullptr;
  std::size_t seen = 0;
  for (int& each : pool) {
    EXPECT_LT(last, &each);
    EXPECT_NE(each % 3, 0);
    last = &each;
    ++seen;
  }
  EXPECT_EQ(seen, pool.size());
  std::size_t visited = 0;
  std::as_const(pool).for_each([&](const int& each) { visited += each % 3 != 0; });
  EXPECT_EQ(visited, seen);
  pool.for_each([&](int& each) {
    if (each % 2 == 0) pool.release(&each);
  });
  for (const int& each : std::as_const(pool)) EXPECT_EQ(each % 2, 1);
  pool.clear();
  EXPECT_EQ(pool.begin(), pool.end());
  EXPECT_TRUE(pool.verify());
}

TEST(fixed_pool, iteration_is_over_the_live_by_address) {
  fixed_pool<int> listed({.capacity = 600});
  expect_iteration_by_address(listed);
  fixed_pool<int, bitmap_slots> bits({.capacity = 500});
  expect_iteration_by_address(bits);
}

struct node {
  fixed_pool<node>* pool = nullptr;
  node* child = nullptr;
  node(fixed_pool<node>& from, int depth)
      : pool(&from), child(depth == 0 ? nullptr : &from.emplace(from, depth - 1)) {}
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node() { pool->release(child); }
};

TEST(fixed_pool, objects_may_make_and_release_others_of_their_pool) {
  fixed_pool<node> pool({.capacity = 100});
  pool.release(&pool.emplace(pool, 50));
  EXPECT_EQ(pool.size(), 0u);
  pool.emplace(pool, 60);
  EXPECT_THROW(pool.emplace(pool, 60), pool_exhausted) << "a chain that does not fit goes as whole";
  EXPECT_EQ(pool.size(), 61u);
  pool.clear();
  EXPECT_EQ(pool.size(), 0u);
}

TEST(fixed_pool, slots_have_numbers) {
  fixed_pool<int> pool({.capacity = 100});
  std::vector<int*> objects;
  for (int i = 0; i < 100; ++i) objects.push_back(&pool.emplace(i));
  pool.release(objects[5]);
  for (std::size_t i = 0; i < 100; ++i) {
    if (i == 5) continue;
    EXPECT_EQ(pool.index_of(objects[i]), i);
    EXPECT_EQ(pool.object_at(i), objects[i]);
  }
  EXPECT_EQ(pool.object_at(5), nullptr);
  EXPECT_EQ(pool.object_at(100), nullptr);
  EXPECT_EQ(pool.object_at(SIZE_MAX), nullptr);
}

TEST(fixed_pool_death, names_the_mistake) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  fixed_pool<point> pool({.name = "points", .capacity = 4});
  fixed_pool<point> other({.name = "others", .capacity = 4});
  point* const first = &pool.emplace(1, 2);
  point* const foreign = &other.emplace(1, 2);
  EXPECT_DEATH(pool.release(foreign), "foreign release: no object of pool \"points\" begins at 0x");
  EXPECT_DEATH(pool.release(reinterpret_cast<point*>(&first->y)), "foreign release");
  pool.release(first);
  EXPECT_DEATH(pool.release(first), "double release: the object at 0x.* of pool \"points\"");
  EXPECT_DEATH(pool.release(first + 1), "double release") << "never taken";
}

TEST(fixed_pool_death, a_release_after_the_pool_is_named) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  using pool_type = fixed_pool<point>;
  alignas(pool_type) std::array<std::byte, sizeof(pool_type)> place;
  auto* const pool = ::new (place.data()) pool_type({.capacity = 4});
  point* const object = &pool->emplace(1, 2);
  pool->~pool_type();
  EXPECT_DEATH(pool->release(object), "dead pool: the object at 0x");
}

#ifdef STRATA_DETAIL_ADDRESS_SANITIZER
TEST(fixed_pool_death, free_slots_are_poisoned_for_address_sanitizer) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  fixed_pool<point> pool({.capacity = 4});
  point* const object = &pool.emplace(1, 2);
  pool.release(object);
  EXPECT_DEATH(*const_cast<volatile int*>(&object->x) = 3, "use-after-poison");
}
#endif

}  // namespace
}  // namespace strata
