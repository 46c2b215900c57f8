// owned_handle and pool_deleter: one owner, moved and never copied, one pointer
// wide where the object or the type leads to the pool.
#include <strata/pool/owned_handle.hpp>
#include <strata/pool/static_pool.hpp>

#include <gtest/gtest.h>

#include <algorithm>
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
using pool_type = test::simple_pool<counted_object>;
using handle = owned_handle<counted_object, pool_type>;

test::simple_pool<counted_object>& the_pool() {
  static test::simple_pool<counted_object> pool(4);
  return pool;
}
using named_by_type = static_pool<the_pool>;

static_assert(sizeof(handle) == 2 * sizeof(void*));
static_assert(sizeof(owned_handle<int, test::self_locating<int>>) == sizeof(void*));
static_assert(sizeof(owned_handle<counted_object, named_by_type>) == sizeof(void*));
static_assert(sizeof(handle::unique_ptr) == 2 * sizeof(void*));
static_assert(sizeof(owned_handle<int, test::self_locating<int>>::unique_ptr) == sizeof(void*));

static_assert(!std::is_copy_constructible_v<handle> && !std::is_copy_assignable_v<handle>);
static_assert(std::is_nothrow_move_constructible_v<handle>);
static_assert(std::is_nothrow_move_assignable_v<handle>);
static_assert(std::is_nothrow_swappable_v<handle>);
static_assert(std::is_convertible_v<handle, owned_handle<const counted_object, pool_type>>);
static_assert(!std::is_convertible_v<owned_handle<const counted_object, pool_type>, handle>);

TEST(handle_owned, destroys_at_the_end_of_its_scope) {
  pool_type pool(2);
  {
    const handle one = make_owned(pool, 7);
    EXPECT_EQ(one->value, 7);
    EXPECT_EQ((*one).value, 7);
    EXPECT_EQ(one.get(), &*one);
    EXPECT_EQ(counted_object::live, 1);
  }
  EXPECT_EQ(counted_object::live, 0);
  EXPECT_EQ(pool.size(), 0u);
}

TEST(handle_owned, a_move_leaves_nothing_behind) {
  pool_type pool(2);
  handle one = make_owned(pool, 1);
  handle two = std::move(one);
  EXPECT_FALSE(one);  // NOLINT(bugprone-use-after-move): that is the question
  EXPECT_EQ(one, nullptr);
  EXPECT_EQ(two->value, 1);

  handle three = make_owned(pool, 3);
  three = std::move(two);
  EXPECT_EQ(three->value, 1);
  EXPECT_EQ(counted_object::live, 1);

  handle& itself = three;
  three = std::move(itself);
  EXPECT_EQ(three->value, 1);
}

TEST(handle_owned, handles_of_several_pools_change_places) {
  pool_type first(1);
  pool_type second(1);
  handle one = make_owned(first, 1);
  handle two = make_owned(second, 2);
  swap(one, two);
  EXPECT_EQ(one->value, 2);
  one.reset();
  EXPECT_EQ(second.size(), 0u);
  EXPECT_EQ(first.size(), 1u);
  one = std::move(two);
  one = nullptr;
  EXPECT_EQ(first.size(), 0u);
}

TEST(handle_owned, a_released_object_is_the_callers) {
  pool_type pool(1);
  handle one = make_owned(pool, 5);
  counted_object* const object = one.release();
  EXPECT_FALSE(one);
  EXPECT_EQ(counted_object::live, 1);
  const handle again(pool, object);
  EXPECT_EQ(again->value, 5);
}

TEST(handle_owned, an_exhausted_pool_throws_or_gives_nothing) {
  pool_type pool(1);
  const handle one = make_owned(pool);
  EXPECT_THROW(static_cast<void>(make_owned(pool)), out_of_memory);
  EXPECT_FALSE(try_make_owned(pool));
  EXPECT_EQ(pool.size(), 1u);
}

TEST(handle_owned, a_constructor_that_throws_leaves_the_pool_as_it_was) {
  pool_type pool(1);
  EXPECT_THROW(static_cast<void>(make_owned(pool, 1, true)), std::runtime_error);
  EXPECT_THROW(static_cast<void>(try_make_owned(pool, 1, true)), std::runtime_error);
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_TRUE(try_make_owned(pool));
}

TEST(handle_owned, becomes_a_unique_ptr_and_comes_back) {
  pool_type pool(1);
  handle::unique_ptr kept = make_owned(pool, 9);
  EXPECT_EQ(kept->value, 9);
  handle back(std::move(kept));
  EXPECT_EQ(kept, nullptr);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(back->value, 9);
  kept = std::move(back);
  kept.reset();
  EXPECT_EQ(pool.size(), 0u);
}

TEST(handle_owned, a_handle_of_const_gives_the_slot_back_too) {
  pool_type pool(1);
  {
    const owned_handle<const counted_object, pool_type> read = make_owned(pool, 4);
    EXPECT_EQ(read->value, 4);
  }
  EXPECT_EQ(pool.size(), 0u);
}

TEST(handle_owned, one_pointer_leads_home) {
  test::self_locating<counted_object> located(2);
  named_by_type named;
  {
    const auto one = make_owned(located, 1);
    const auto two = make_owned(named, 2);
    EXPECT_EQ(located.size(), 1u);
    EXPECT_EQ(the_pool().size(), 1u);
    EXPECT_EQ(one->value + two->value, 3);
  }
  EXPECT_EQ(located.size(), 0u);
  EXPECT_EQ(the_pool().size(), 0u);
}

TEST(handle_owned, compares_and_hashes_as_its_object) {
  pool_type pool(3);
  std::vector<handle> all;
  for (int i = 0; i < 3; ++i) all.push_back(make_owned(pool, i));
  std::sort(all.begin(), all.end());
  EXPECT_LT(all[0].get(), all[1].get());
  EXPECT_TRUE(all[0] < all[1] && all[0] != all[1] && all[0] == all[0]);

  std::unordered_set<handle> set;
  for (handle& one : all) set.insert(std::move(one));
  EXPECT_EQ(set.size(), 3u);
}

// Whoever ends with its owner and asks for it meanwhile must find nothing.
struct asks_its_owner {
  explicit asks_its_owner(bool& empty) : found_empty(empty) {}
  ~asks_its_owner() { found_empty = owner == nullptr || owner->get() == nullptr; }

  owned_handle<asks_its_owner, test::simple_pool<asks_its_owner>>* owner = nullptr;
  bool& found_empty;
};

TEST(handle_owned, is_empty_before_the_destructor_runs) {
  test::simple_pool<asks_its_owner> pool(1);
  bool found_empty = false;
  auto owner = make_owned(pool, found_empty);
  owner->owner = &owner;
  owner.reset();
  EXPECT_TRUE(found_empty);
}

// A list whose elements own each other: the handle is a member of what it owns.
struct list_node {
  owned_handle<list_node, test::simple_pool<list_node>> next;
};

TEST(handle_owned, objects_own_each_other) {
  test::simple_pool<list_node> pool(3);
  auto first = make_owned(pool);
  first->next = make_owned(pool);
  first->next->next = make_owned(pool);
  EXPECT_EQ(pool.size(), 3u);
  first.reset();
  EXPECT_EQ(pool.size(), 0u);
}

TEST(handle_owned_death, an_object_of_another_pool_is_refused) {
  pool_type pool(1);
  pool_type other(1);
  counted_object* const stranger = other.try_emplace();
  EXPECT_DEATH(handle(pool, stranger), "strata: fatal: foreign object: the object at 0x");
  other.release(stranger);
}

}  // namespace
}  // namespace strata
