// key and keyed_pool: every key leads to its object while that lives, and to
// nothing ever after.
#include <strata/pool/key.hpp>
#include <strata/pool/keyed_pool.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory_resource>
#include <stdexcept>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "counted_object.hpp"
#include "simple_pool.hpp"

namespace strata {
namespace {

using test::counted_object;

template <class Key>
using objects_by = keyed_pool<counted_object, Key, test::simple_pool<counted_object>>;
using wide = key<counted_object>;
using narrow = key<counted_object, 32>;

std::pmr::memory_resource& plain_memory() { return *std::pmr::new_delete_resource(); }

static_assert(sizeof(wide) == 8 && sizeof(narrow) == 4);
static_assert(std::is_trivially_copyable_v<narrow>);
static_assert(narrow::index_max == 0xfffff && narrow::generation_max == 4095);
static_assert(!std::is_convertible_v<key<int>, key<long>>);
static_assert(std::forward_iterator<objects_by<wide>::iterator>);
static_assert(std::forward_iterator<objects_by<wide>::const_iterator>);

TEST(handle_key, holds_index_and_generation_in_one_word) {
  constexpr key<int, 32, 24> made(0xabcdef, 0x12);
  static_assert(made.value() == 0x12abcdef);
  EXPECT_EQ(made.index(), 0xabcdefu);
  EXPECT_EQ(made.generation(), 0x12u);
  EXPECT_EQ((key<int, 32, 24>::from_value(0x12abcdef)), made);

  const key<int> large(UINT32_MAX, UINT32_MAX);
  EXPECT_EQ(large.index(), UINT32_MAX);
  EXPECT_EQ(large.generation(), UINT32_MAX);
  EXPECT_FALSE(key<int>());
  EXPECT_TRUE(large);
  EXPECT_LT(key<int>(), large);
}

template <class Key>
class handle_keys : public testing::Test {
 protected:
  ~handle_keys() override {
    EXPECT_TRUE(pool.verify());
    pool.clear();
    EXPECT_EQ(counted_object::live, 0);
  }

  objects_by<Key> pool{plain_memory(), 1000u};
};

using both_widths = testing::Types<wide, narrow>;
TYPED_TEST_SUITE(handle_keys, both_widths);

TYPED_TEST(handle_keys, lead_to_their_object_until_it_is_erased) {
  const TypeParam one = this->pool.insert(1);
  const TypeParam two = this->pool.insert(2);
  EXPECT_EQ(this->pool.find(one)->value, 1);
  EXPECT_EQ(this->pool.at(two).value, 2);
  EXPECT_EQ(this->pool.size(), 2u);
  EXPECT_TRUE(this->pool.erase(one));
  EXPECT_EQ(this->pool.find(one), nullptr);
  EXPECT_FALSE(this->pool.erase(one));
  EXPECT_EQ(counted_object::live, 1);

  const TypeParam three = this->pool.insert(3);  // in the same place
  EXPECT_EQ(three.index(), one.index());
  EXPECT_NE(three, one);
  EXPECT_FALSE(this->pool.contains(one));
  EXPECT_TRUE(this->pool.contains(three));
}

TYPED_TEST(handle_keys, nothing_lives_under_what_was_never_made) {
  EXPECT_EQ(this->pool.find(TypeParam()), nullptr);
  const TypeParam one = this->pool.insert(1);
  EXPECT_EQ(this->pool.find(TypeParam(one.index() + 1, one.generation())), nullptr);
  EXPECT_EQ(this->pool.find(TypeParam(TypeParam::index_max, 1)), nullptr);
  EXPECT_EQ(this->pool.find(TypeParam(one.index(), 0)), nullptr);
  this->pool.erase(one);
  const TypeParam next(one.index(), one.generation() + 1);  // not yet
  EXPECT_EQ(this->pool.find(next), nullptr);
  EXPECT_FALSE(this->pool.erase(next));
}

TYPED_TEST(handle_keys, constructors_that_throw_change_nothing) {
  const TypeParam one = this->pool.insert(1);
  EXPECT_THROW(static_cast<void>(this->pool.insert(2, true)), std::runtime_error);
  EXPECT_THROW(static_cast<void>(this->pool.try_insert(2, true)), std::runtime_error);
  EXPECT_EQ(this->pool.size(), 1u);
  EXPECT_TRUE(this->pool.verify());
  EXPECT_EQ(this->pool.insert(2).index(), one.index() + 1);
}

TYPED_TEST(handle_keys, an_exhausted_pool_throws_or_gives_no_key) {
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(this->pool.try_insert(i));
  EXPECT_FALSE(this->pool.try_insert(0));
  EXPECT_THROW(static_cast<void>(this->pool.insert(0)), out_of_memory);
  EXPECT_EQ(this->pool.size(), 1000u);
}

TYPED_TEST(handle_keys, iteration_meets_each_live_object_once_in_order_of_addresses) {
  std::vector<TypeParam> keys;
  for (int i = 0; i < 100; ++i) keys.push_back(this->pool.insert(i));
  for (std::size_t i = 0; i < keys.size(); i += 3) this->pool.erase(keys[i]);
  for (int i = 0; i < 10; ++i) static_cast<void>(this->pool.insert(1000 + i));

  std::vector<const counted_object*> met;
  for (auto [key, object] : this->pool) {
    EXPECT_EQ(this->pool.find(key), &object);
    met.push_back(&object);
  }
  EXPECT_EQ(met.size(), this->pool.size());
  EXPECT_TRUE(std::is_sorted(met.begin(), met.end()));
  EXPECT_EQ(std::unordered_set<const void*>(met.begin(), met.end()).size(), met.size());

  const auto& as_const = this->pool;
  EXPECT_EQ(std::ranges::distance(as_const), static_cast<std::ptrdiff_t>(met.size()));
}

TYPED_TEST(handle_keys, the_object_at_hand_may_be_erased_while_iterating) {
  for (int i = 0; i < 100; ++i) static_cast<void>(this->pool.insert(i));
  for (auto [key, object] : this->pool) {
    if (object.value % 2 == 0) this->pool.erase(key);
  }
  EXPECT_EQ(this->pool.size(), 50u);
}

TYPED_TEST(handle_keys, clear_makes_all_keys_stale) {
  const TypeParam one = this->pool.insert(1);
  this->pool.clear();
  EXPECT_TRUE(this->pool.empty());
  EXPECT_EQ(this->pool.find(one), nullptr);
  EXPECT_NE(this->pool.insert(1), one);
}

TYPED_TEST(handle_keys, are_stored_in_sets_and_sorted) {
  std::vector<TypeParam> keys;
  for (int i = 0; i < 10; ++i) keys.push_back(this->pool.insert(i));
  EXPECT_EQ(std::unordered_set<TypeParam>(keys.begin(), keys.end()).size(), 10u);
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

// One bit of generation: each index serves one object.
using tiny = key<counted_object, 32, 31>;
static_assert(tiny::generation_max == 1);

TEST(handle_keys_retirement, an_index_retires_when_its_generations_are_spent) {
  objects_by<narrow> pool(plain_memory(), 4u);
  std::unordered_set<narrow> all;
  for (std::uint32_t i = 0; i < narrow::generation_max; ++i) {
    const narrow made = pool.insert();
    EXPECT_EQ(made.index(), 0u);
    EXPECT_TRUE(all.insert(made).second);
    pool.erase(made);
  }
  EXPECT_EQ(pool.retired(), 1u);
  const narrow next = pool.insert();
  EXPECT_EQ(next.index(), 1u);
  for (const narrow old : all) EXPECT_EQ(pool.find(old), nullptr);
  EXPECT_TRUE(pool.verify());
}

TEST(handle_keys_retirement, a_pool_without_keys_refuses_and_says_so) {
  // Four indices of as many generations as fit into 30 bits would last too long:
  // one bit of generation stands for them.
  objects_by<tiny> pool(plain_memory(), 4u);
  std::unordered_set<tiny> all;
  for (int i = 0; i < 4; ++i) {
    const tiny made = pool.insert();
    EXPECT_TRUE(all.insert(made).second);
    pool.erase(made);
  }
  EXPECT_EQ(pool.retired(), 4u);

  detail::key_table table(
      {.name = {}, .limit = SIZE_MAX, .parent = nullptr, .upstream = &plain_memory()}, 2, 1);
  for (int i = 0; i < 2; ++i) {
    const std::uint32_t index = table.take();
    table.use(index, &pool);
    table.free(index);
  }
  EXPECT_EQ(table.take(), detail::key_table::none);
  EXPECT_TRUE(table.invariant());
  try {
    table.refuse(100);
  } catch (const pool_exhausted& refusal) {
    EXPECT_EQ(refusal.capacity(), 0u);
    EXPECT_EQ(refusal.in_use(), 0u);
  }
}

// Inserts its children while it is made, and erases them when it ends.
struct parent_object {
  using pool_type = keyed_pool<parent_object, key<parent_object>, test::simple_pool<parent_object>>;

  parent_object(pool_type& where, int depth) : pool(where) {
    if (depth > 0) child = pool.insert(pool, depth - 1);
  }
  ~parent_object() {
    EXPECT_EQ(pool.contains(self), false);
    pool.erase(child);
  }

  pool_type& pool;
  key<parent_object> child;
  key<parent_object> self;
};

TEST(handle_keys_reentry, objects_insert_and_erase_others) {
  parent_object::pool_type pool(plain_memory(), 20u);
  const auto root = pool.insert(pool, 9);
  EXPECT_EQ(pool.size(), 10u);
  for (auto [key, object] : pool) object.self = key;
  EXPECT_TRUE(pool.verify());
  pool.erase(root);
  EXPECT_TRUE(pool.empty());
  static_cast<void>(pool.insert(pool, 9));
  pool.clear();
  EXPECT_TRUE(pool.empty());
  EXPECT_TRUE(pool.verify());
}

TEST(handle_keys_death, a_stale_key_in_checked_access) {
  objects_by<wide> pool(plain_memory(), 2u);
  const wide one = pool.insert();
  pool.erase(one);
  EXPECT_DEATH(static_cast<void>(pool.at(one)),
               "strata: fatal: stale key: nothing lives under the key with index 0 and generation "
               "1; its object was erased");
  EXPECT_DEATH(static_cast<void>(std::as_const(pool).at(wide())), "strata: fatal: stale key");
}

// As a pressure handler may: what asks for memory runs it.
class upstream_that_makes_keys final : public std::pmr::memory_resource {
 public:
  detail::key_table* table = nullptr;
  std::vector<std::uint32_t> made;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (detail::key_table* const asked = std::exchange(table, nullptr); asked != nullptr) {
      for (int i = 0; i < 1000; ++i) {
        made.push_back(asked->take());
        asked->use(made.back(), this);
      }
    }
    return plain_memory().allocate(bytes, alignment);
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    plain_memory().deallocate(block, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }
};

TEST(key_table, grows_again_when_keys_are_made_while_it_grows) {
  upstream_that_makes_keys upstream;
  detail::key_table table({.name = {}, .limit = SIZE_MAX, .parent = nullptr, .upstream = &upstream},
                          1 << 20, 100);
  upstream.table = &table;
  const std::uint32_t first = table.take();
  table.use(first, &table);
  EXPECT_EQ(upstream.made.size(), 1000u);
  EXPECT_EQ(std::ranges::count(upstream.made, first), 0);
  EXPECT_EQ(table.find(first, 1), &table);
  for (const std::uint32_t index : upstream.made) EXPECT_EQ(table.find(index, 1), &upstream);
  EXPECT_TRUE(table.invariant());
}

}  // namespace
}  // namespace strata
