// Handles and keys over each pool of strata: how wide they are, and how it ends
// when the pool goes first or an object is released twice.
#include <strata/pool/counted_pool.hpp>
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/growing_pool.hpp>
#include <strata/pool/keyed_pool.hpp>
#include <strata/pool/lock_free_pool.hpp>
#include <strata/pool/owned_handle.hpp>
#include <strata/pool/thread_local_pool.hpp>
#include <strata/pool/thread_safe_pool.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "counted_object.hpp"

namespace strata {
namespace {

using test::counted_object;

template <class Pool>
constexpr std::size_t pointers = sizeof(owned_handle<counted_object, Pool>) / sizeof(void*);

static_assert(pointers<growing_pool<counted_object>> == 1);
static_assert(pointers<thread_safe_pool<counted_object>> == 1);
static_assert(pointers<fixed_pool<counted_object>> == 2);
static_assert(pointers<lock_free_pool<counted_object>> == 2);
static_assert(pointers<thread_local_pool<counted_object>> == 2);
static_assert(pointers<growing_pool<counted_object, heap_fallback>> == 2);

static_assert(synchronized_pool<thread_safe_pool<int>> && synchronized_pool<lock_free_pool<int>>);
static_assert(!synchronized_pool<growing_pool<int>> && !synchronized_pool<fixed_pool<int>>);

template <class Pool>
struct handle_pools : testing::Test {
  static void make(std::optional<Pool>& pool) {
    if constexpr (std::is_constructible_v<Pool, const pool_options<counted_object>&>) {
      pool.emplace(pool_options<counted_object>{.name = "handles", .capacity = 8});
    } else {
      pool.emplace(shared_pool_options{.name = "handles", .capacity = 8});
    }
  }
};

using each_pool =
    testing::Types<fixed_pool<counted_object>, growing_pool<counted_object>,
                   growing_pool<counted_object, heap_fallback>, thread_safe_pool<counted_object>,
                   lock_free_pool<counted_object>, thread_local_pool<counted_object>>;
TYPED_TEST_SUITE(handle_pools, each_pool);

TYPED_TEST(handle_pools, owners_give_their_objects_back) {
  std::optional<TypeParam> pool;
  this->make(pool);
  {
    auto one = make_owned(*pool, 1);
    auto two = try_make_owned(*pool, 2);
    std::swap(one, two);
    EXPECT_EQ(one->value, 2);
    EXPECT_EQ(pool->size(), 2u);
    typename decltype(one)::unique_ptr kept = std::move(one);
  }
  EXPECT_EQ(pool->size(), 0u);
  EXPECT_EQ(counted_object::live, 0);
  pool.reset();  // without handles, in peace
}

TYPED_TEST(handle_pools, objects_without_handles_end_with_the_pool) {
  std::optional<TypeParam> pool;
  this->make(pool);
  for (int i = 0; i < 5; ++i) ASSERT_NE(pool->try_emplace(i), nullptr);
  pool.reset();
  EXPECT_EQ(counted_object::live, 0);
}

TYPED_TEST(handle_pools, a_pool_that_ends_before_an_owner_is_diagnosed) {
  EXPECT_DEATH(
      {
        std::optional<TypeParam> pool;
        this->make(pool);
        auto one = make_owned(*pool);
        pool.reset();
      },
      "strata: fatal: pool ended before its handles: handles still refer to 1 slots");
}

TYPED_TEST(handle_pools, an_empty_handle_does_not_hold_the_pool_to_anything) {
  std::optional<TypeParam> pool;
  this->make(pool);
  { const owned_handle<counted_object, TypeParam> empty(*pool, nullptr); }
  (void)pool->emplace();
  pool.reset();  // ends the object, and not the program
}

TYPED_TEST(handle_pools, an_object_that_is_adopted_counts_as_one_with_a_handle) {
  std::optional<TypeParam> pool;
  this->make(pool);
  counted_object* const object = pool->try_emplace();
  owned_handle<counted_object, TypeParam> one(*pool, object);
  EXPECT_DEATH(pool.reset(), "strata: fatal: pool ended before its handles");
}

TYPED_TEST(handle_pools, a_release_behind_the_owners_back_is_diagnosed) {
  std::optional<TypeParam> pool;
  this->make(pool);
  auto one = make_owned(*pool);
  EXPECT_DEATH(
      {
        pool->release(one.get());
        one.reset();
      },
      "strata: fatal: double release");
}

// Elements of a list own each other, in pools whose type they name.
struct growing_node {
  owned_handle<growing_node, growing_pool<growing_node>> next;
};
struct fixed_node {
  owned_handle<fixed_node, fixed_pool<fixed_node>> next;
};
struct shared_node {
  owned_handle<shared_node, thread_safe_pool<shared_node>> next;
};
struct counted_node {
  shared_handle<counted_node> next;
  weak_handle<counted_node> previous;
};

template <class Pool>
void expect_a_list_ends_with_its_first(Pool& pool) {
  auto first = make_owned(pool);
  first->next = make_owned(pool);
  first->next->next = make_owned(pool);
  EXPECT_EQ(pool.size(), 3u);
  first.reset();
  EXPECT_EQ(pool.size(), 0u);
}

TEST(handle_lists, objects_own_others_of_their_kind) {
  growing_pool<growing_node> growing;
  expect_a_list_ends_with_its_first(growing);
  fixed_pool<fixed_node> fixed({.capacity = 3});
  expect_a_list_ends_with_its_first(fixed);
  thread_safe_pool<shared_node> shared;
  expect_a_list_ends_with_its_first(shared);

  counted_pool<counted_node> counted;
  auto first = counted.make();
  first->next = counted.make();
  first->next->previous = first;
  first.reset();
  EXPECT_EQ(counted.size(), 0u);
}

TEST(handle_counted_pools, work_over_each_kind_of_pool) {
  counted_pool<counted_object> plain({.name = "plain", .capacity = 4});
  counted_pool<counted_object, atomic_counts> any({.name = "any"});
  using slot = shared_slot<counted_object, atomic_counts>;
  counted_pool<counted_object, atomic_counts, lock_free_pool<slot>> bounded({.capacity = 1});
  EXPECT_EQ(plain.capacity(), 4u);
  EXPECT_EQ(plain.pool().name(), "plain");

  const auto one = plain.make(1);
  const auto two = any.make(2);
  const auto three = bounded.try_make(3);
  const auto four = bounded.try_make(4);
  EXPECT_EQ(one->value + two->value + three->value, 6);
  EXPECT_FALSE(four);
  EXPECT_EQ(any.handle_to(*two), two);
}

TEST(handle_counted_pools, a_cleared_pool_is_diagnosed) {
  counted_pool<counted_object> pool;
  const auto one = pool.make();
  EXPECT_DEATH(pool.pool().clear(), "strata: fatal: slot ended before its handles");
}

TEST(handle_keyed_pools, charge_their_table_below_their_pool) {
  keyed_pool<counted_object> pool({.name = "entities"});
  const std::size_t before = pool.pool().account()->usage();
  static_cast<void>(pool.insert());
  std::size_t keys = 0;
  visit_accounts([&](const account_info& info) {
    if (info.path == "process/entities/keys") keys = info.usage;
  });
  EXPECT_GT(keys, 0u);
  EXPECT_GE(pool.pool().account()->usage(), before + keys);
}

TEST(handle_keyed_pools, a_limit_bounds_objects_and_table_together) {
  keyed_pool<counted_object> pool({.name = "entities", .limit = 64 << 10});
  std::size_t made = 0;
  while (pool.try_insert()) ++made;
  EXPECT_GT(made, 0u);
  EXPECT_LE(pool.pool().account()->usage(), 64u << 10);
  EXPECT_THROW(static_cast<void>(pool.insert()), out_of_memory);
  EXPECT_TRUE(pool.verify());
}

TEST(handle_keyed_pools, iterate_in_order_of_addresses_over_any_pool) {
  keyed_pool<counted_object, key<counted_object, 32>, fixed_pool<counted_object>> pool(
      {.capacity = 100});
  std::vector<key<counted_object, 32>> keys;
  for (int i = 0; i < 100; ++i) keys.push_back(pool.insert(i));
  for (std::size_t i = 0; i < 100; i += 2) pool.erase(keys[i]);
  int expected = 1;
  for (auto [key, object] : pool) {
    EXPECT_EQ(object.value, expected);
    expected += 2;
  }
  EXPECT_EQ(expected, 101);
}

}  // namespace
}  // namespace strata
