// shared_handle, weak_handle and counted_pool on one thread, with both kinds of
// counts: objects die with their last owner, slots with the last handle.
#include <strata/pool/counted_pool.hpp>
#include <strata/pool/shared_handle.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
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

template <class T, class Counts>
using pool_over = counted_pool<T, Counts, test::locked_pool<shared_slot<T, Counts>>>;

template <class Counts>
class handle_shared : public testing::Test {
 protected:
  using handle = shared_handle<counted_object, Counts>;
  using weak = weak_handle<counted_object, Counts>;

  ~handle_shared() override {
    EXPECT_EQ(pool.size(), 0u);
    EXPECT_EQ(counted_object::live, 0);
  }

  pool_over<counted_object, Counts> pool{3u};
};

using both_counts = testing::Types<plain_counts, atomic_counts>;
TYPED_TEST_SUITE(handle_shared, both_counts);

static_assert(sizeof(shared_handle<int>) == sizeof(void*));
static_assert(sizeof(weak_handle<int>) == sizeof(void*));
static_assert(sizeof(shared_slot<std::uint64_t, plain_counts>) == 24);
static_assert(sizeof(shared_slot<std::uint64_t, atomic_counts>) == 24);

static_assert(std::is_nothrow_copy_constructible_v<shared_handle<int>>);
static_assert(std::is_convertible_v<shared_handle<int>, shared_handle<const int>>);
static_assert(std::is_convertible_v<shared_handle<int>, weak_handle<const int>>);
static_assert(std::is_convertible_v<weak_handle<int>, weak_handle<const int>>);
static_assert(!std::is_convertible_v<shared_handle<const int>, shared_handle<int>>);
static_assert(!std::is_convertible_v<weak_handle<const int>, weak_handle<int>>);
static_assert(
    !std::is_convertible_v<shared_handle<int, plain_counts>, shared_handle<int, atomic_counts>>);

TYPED_TEST(handle_shared, the_last_owner_destroys_the_object) {
  auto one = this->pool.make(3);
  EXPECT_EQ(one.use_count(), 1u);
  auto two = one;
  EXPECT_EQ(two.use_count(), 2u);
  EXPECT_EQ(two.get(), one.get());
  one.reset();
  EXPECT_FALSE(one);
  EXPECT_EQ(one, nullptr);
  EXPECT_EQ(one.use_count(), 0u);
  EXPECT_EQ(two->value + (*two).value, 6);
  two = nullptr;
  EXPECT_EQ(counted_object::live, 0);
  EXPECT_EQ(this->pool.size(), 0u);
}

TYPED_TEST(handle_shared, moves_do_not_count) {
  auto one = this->pool.make();
  auto two = std::move(one);
  EXPECT_EQ(two.use_count(), 1u);
  EXPECT_EQ(one.get(), nullptr);  // NOLINT(bugprone-use-after-move): that is the question
  auto& itself = two;
  two = itself;
  two = std::move(itself);
  EXPECT_EQ(two.use_count(), 1u);
  auto other = this->pool.make(8);
  swap(two, other);
  EXPECT_EQ(two->value, 8);
}

TYPED_TEST(handle_shared, a_weak_handle_gives_an_owner_while_there_is_one) {
  typename TestFixture::weak seen;
  EXPECT_TRUE(seen.expired());
  EXPECT_FALSE(seen.lock());
  {
    const auto one = this->pool.make(4);
    seen = one;
    EXPECT_EQ(one.use_count(), 1u);
    EXPECT_EQ(seen.lock()->value, 4);
    const auto again = seen.lock();
    EXPECT_EQ(seen.use_count(), 2u);
  }
  EXPECT_TRUE(seen.expired());
  EXPECT_FALSE(seen.lock());
  EXPECT_EQ(counted_object::live, 0);
}

TYPED_TEST(handle_shared, a_dead_object_that_is_observed_keeps_its_slot) {
  auto one = this->pool.make();
  counted_object* const place = one.get();
  typename TestFixture::weak seen = one;
  const auto also = seen;
  one.reset();
  EXPECT_EQ(counted_object::live, 0);
  EXPECT_EQ(this->pool.size(), 1u);
  EXPECT_NE(this->pool.make().get(), place);
  EXPECT_EQ(seen, also);
  seen.reset();
  EXPECT_EQ(this->pool.size(), 1u);
  seen = also;
}

TYPED_TEST(handle_shared, conversions_to_const_count_too) {
  auto one = this->pool.make(2);
  const shared_handle<const counted_object, TypeParam> read = one;
  const weak_handle<const counted_object, TypeParam> seen = one;
  EXPECT_EQ(one.use_count(), 2u);
  EXPECT_EQ(read, one);
  EXPECT_EQ(seen.lock()->value, 2);
  const shared_handle<const counted_object, TypeParam> moved = std::move(one);
  EXPECT_EQ(moved.use_count(), 2u);
}

TYPED_TEST(handle_shared, an_exhausted_pool_throws_or_gives_nothing) {
  std::vector<typename TestFixture::handle> all;
  while (all.size() < this->pool.capacity()) all.push_back(this->pool.make());
  EXPECT_THROW(static_cast<void>(this->pool.make()), out_of_memory);
  EXPECT_FALSE(this->pool.try_make());
}

TYPED_TEST(handle_shared, a_constructor_that_throws_leaves_the_pool_as_it_was) {
  EXPECT_THROW(static_cast<void>(this->pool.make(1, true)), std::runtime_error);
  EXPECT_EQ(this->pool.size(), 0u);
}

TYPED_TEST(handle_shared, an_object_gives_a_handle_to_itself) {
  const auto one = this->pool.make();
  const auto two = this->pool.handle_to(*one);
  EXPECT_EQ(one, two);
  EXPECT_EQ(one.use_count(), 2u);
}

TYPED_TEST(handle_shared, compares_and_hashes_by_object) {
  const auto one = this->pool.make();
  const auto two = this->pool.make();
  EXPECT_NE(one, two);
  EXPECT_EQ(one < two, one.get() < two.get());
  const std::unordered_set<typename TestFixture::handle> owners{one, two, one};
  EXPECT_EQ(owners.size(), 2u);
  const std::unordered_set<typename TestFixture::weak> observers{one, two, one};
  EXPECT_EQ(observers.size(), 2u);
}

struct alignas(64) over_aligned {
  std::uint64_t value = 5;
};

TYPED_TEST(handle_shared, over_aligned_objects_are_found_from_their_address) {
  pool_over<over_aligned, TypeParam> aligned_pool(2u);
  const auto one = aligned_pool.make();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(one.get()) % 64, 0u);
  EXPECT_EQ(aligned_pool.handle_to(*one), one);
}

// Observes itself, and tries to live on.
template <class Counts>
struct clings_to_life {
  explicit clings_to_life(bool& tried) : came_back(tried) {}
  ~clings_to_life() { came_back = static_cast<bool>(self.lock()); }

  weak_handle<clings_to_life, Counts> self;
  bool& came_back;
};

TYPED_TEST(handle_shared, nothing_revives_an_object_that_dies) {
  pool_over<clings_to_life<TypeParam>, TypeParam> clinging(1u);
  bool came_back = true;
  {
    const auto one = clinging.make(came_back);
    one->self = one;
  }
  EXPECT_FALSE(came_back);
  EXPECT_EQ(clinging.size(), 0u);
}

// A tree: children own nothing above them, and observe their parent.
template <class Counts>
struct tree_node {
  std::vector<shared_handle<tree_node, Counts>> children;
  weak_handle<tree_node, Counts> parent;
};

TYPED_TEST(handle_shared, a_tree_with_weak_parents_falls_as_a_whole) {
  pool_over<tree_node<TypeParam>, TypeParam> nodes(10u);
  auto root = nodes.make();
  for (int i = 0; i < 3; ++i) {
    auto child = nodes.make();
    child->parent = root;
    root->children.push_back(std::move(child));
  }
  auto kept = root->children.front();
  EXPECT_EQ(kept->parent.lock(), root);
  root.reset();
  EXPECT_TRUE(kept->parent.expired());
  EXPECT_EQ(nodes.size(), 2u);  // the kept one, and the place of its parent
}

}  // namespace
}  // namespace strata
