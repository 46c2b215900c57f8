// Hooks, drop, and the heap fallback: that they run, when, and what a throw leaves.
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/growing_pool.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "unit/pool/failing_upstream.hpp"

namespace strata {
namespace {

struct counted {
  static inline int live = 0;
  int number;
  explicit counted(int n = 0) : number(n) { ++live; }
  counted(const counted&) = delete;
  ~counted() { --live; }
};

struct journal {
  std::vector<std::string>* lines = nullptr;
  bool* refuse = nullptr;

  void on_acquire(counted& object) {
    lines->push_back("acquire " + std::to_string(object.number));
    if (*refuse) throw std::runtime_error("hook");
  }
  void on_release(counted& object) noexcept {
    lines->push_back("release " + std::to_string(object.number));
  }
};

class pool_hooks : public testing::Test {
 protected:
  std::vector<std::string> lines_;
  bool refuse_ = false;
  journal journal_{&lines_, &refuse_};
};

TEST_F(pool_hooks, see_each_object_alive) {
  {
    growing_pool<counted, journal> pool({}, {journal_});
    counted& object = pool.emplace(7);
    EXPECT_EQ(counted::live, 1);
    pool.release(&object);
    pool.emplace(8);
    EXPECT_EQ(pool.policy<journal>().lines, &lines_);
  }
  EXPECT_EQ(lines_, (std::vector<std::string>{"acquire 7", "release 7", "acquire 8", "release 8"}));
  EXPECT_EQ(counted::live, 0);
}

TEST_F(pool_hooks, a_throw_on_acquire_leaves_the_pool_as_it_was) {
  fixed_pool<counted, journal, with_statistics> pool({.capacity = 2}, {journal_, {}});
  pool.emplace(1);
  refuse_ = true;
  for (int i = 0; i < 10; ++i) EXPECT_THROW(pool.emplace(2), std::runtime_error);
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_EQ(counted::live, 1);
  EXPECT_EQ(pool.statistics().allocations, 1u);
  EXPECT_TRUE(pool.verify());
  refuse_ = false;
  pool.emplace(3);
  EXPECT_TRUE(pool.full());
}

// Two hooks: when the second throws, the first saw an object that never was.
struct second_hook {
  void on_acquire(counted&) { throw 1; }
};

TEST_F(pool_hooks, run_in_the_order_of_the_policies) {
  fixed_pool<counted, journal, second_hook> pool({.capacity = 2}, {journal_, {}});
  EXPECT_THROW(pool.emplace(5), int);
  EXPECT_EQ(lines_, (std::vector<std::string>{"acquire 5"}));
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_EQ(counted::live, 0);
}

struct leave {
  std::vector<int>* dropped = nullptr;
  void drop(counted& object) noexcept {
    dropped->push_back(object.number);
    --counted::live;
  }
};

TEST(pool_drop, replaces_the_destructor) {
  std::vector<int> dropped;
  {
    fixed_pool<counted, leave> pool({.capacity = 5}, {leave{&dropped}});
    pool.release(&pool.emplace(1));
    pool.emplace(2);
  }
  EXPECT_EQ(dropped, (std::vector<int>{1, 2}));
  EXPECT_EQ(counted::live, 0);
}

// -- heap_fallback -------------------------------------------------------------------

using falling = fixed_pool<counted, heap_fallback, with_statistics>;

// What follows a mistake is nobody's promise; that it goes unnoticed shows who looks.
TEST(pool_unchecked_release, looks_with_sanitizers_only) {
  fixed_pool<long, unchecked_release> pool({.capacity = 4});
  long* const one = &pool.emplace(1);
  pool.release(one);
  if constexpr (detail::poisons) {
    EXPECT_DEATH(pool.release(one), "double release");
  } else {
    pool.release(one);
    EXPECT_EQ(pool.try_emplace(2), one);
    EXPECT_EQ(pool.try_emplace(3), one);
  }
}

TEST(pool_fallback, an_exhausted_pool_goes_on_elsewhere) {
  test::failing_upstream elsewhere;
  {
    falling pool({.capacity = 2}, {heap_fallback{&elsewhere}, {}});
    std::vector<counted*> objects;
    for (int i = 0; i < 5; ++i) objects.push_back(&pool.emplace(i));
    EXPECT_EQ(pool.size(), 5u);
    EXPECT_EQ(pool.capacity(), 2u);
    EXPECT_EQ(elsewhere.live_blocks(), 6u) << "a block and a node for each of three";
    for (counted* each : objects) EXPECT_TRUE(pool.owns(each));
    EXPECT_TRUE(pool.owns(reinterpret_cast<char*>(objects[4]) + 3));
    EXPECT_FALSE(pool.owns(objects[4] + 1));
    int sum = 0;
    pool.for_each([&](counted& each) { sum += each.number; });
    EXPECT_EQ(sum, 10);
    pool.release(objects[3]);
    EXPECT_EQ(elsewhere.live_blocks(), 4u);
    pool.release(objects[0]);
    objects[0] = &pool.emplace(9);
    EXPECT_EQ(elsewhere.live_blocks(), 4u) << "a free slot comes first";
    EXPECT_EQ(pool.statistics().fallbacks, 3u);
    EXPECT_EQ(pool.statistics().in_use, 4u);
    EXPECT_EQ(counted::live, 4);
  }
  EXPECT_EQ(counted::live, 0);
  EXPECT_EQ(elsewhere.live_blocks(), 0u);
}

TEST(pool_fallback, may_refuse_too) {
  test::failing_upstream elsewhere;
  falling pool({.capacity = 1}, {heap_fallback{&elsewhere}, {}});
  pool.emplace(1);
  for (const std::size_t n : {1u, 2u}) {
    elsewhere.fail_at(n);
    EXPECT_EQ(pool.try_emplace(2), nullptr);
    elsewhere.fail_at(n);
    EXPECT_THROW(pool.emplace(2), pool_exhausted);
    EXPECT_EQ(elsewhere.live_blocks(), 0u);
  }
  EXPECT_EQ(pool.statistics().failures, 4u);
}

struct refusing {
  explicit refusing(bool refuse) {
    if (refuse) throw 1;
  }
};

TEST(pool_fallback, a_constructor_that_throws_gives_the_block_back) {
  test::failing_upstream elsewhere;
  fixed_pool<refusing, heap_fallback> pool({.capacity = 1}, {heap_fallback{&elsewhere}});
  pool.emplace(false);
  EXPECT_THROW((void)pool.try_emplace(true), int);
  EXPECT_EQ(elsewhere.live_blocks(), 0u);
  EXPECT_EQ(pool.size(), 1u);
}

TEST(pool_fallback, a_batch_may_use_it) {
  falling pool({.capacity = 2});
  std::vector<counted*> batch(6);
  pool.allocate_batch(batch);
  EXPECT_EQ(pool.size(), 6u);
  pool.clear();
  EXPECT_EQ(counted::live, 0);
}

TEST(pool_fallback_death, mistakes_are_noticed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  falling pool({.name = "falling", .capacity = 1});
  pool.emplace(1);
  counted* const beyond = &pool.emplace(2);
  pool.release(beyond);
  EXPECT_DEATH(pool.release(beyond), "foreign release: no object of pool \"falling\"");
}

}  // namespace
}  // namespace strata
