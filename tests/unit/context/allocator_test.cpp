// strata::allocator in the containers of the standard library and of Boost, and in
// an immutable map: which resource each has, and that it propagates as documented.
#include <strata/context/allocator.hpp>

#include <gtest/gtest.h>

#include <deque>
#include <list>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#if __has_include(<boost/container/vector.hpp>)
#include <boost/container/flat_map.hpp>
#include <boost/container/list.hpp>
#include <boost/container/stable_vector.hpp>
#include <boost/container/vector.hpp>
#define STRATA_TEST_WITH_BOOST 1
#endif

#include <strata/heap/heap.hpp>

#include "persistent_map.hpp"

namespace strata {
namespace {

template <class T>
using vector = std::vector<T, allocator<T>>;
using string = std::basic_string<char, std::char_traits<char>, allocator<char>>;

constexpr const char* long_text = "a text that does not fit into the string itself";

template <class Container>
class containers : public testing::Test {
 protected:
  using value = typename Container::value_type;

  static value make(int i) {
    if constexpr (requires { typename Container::mapped_type; }) {
      return value(i, i);
    } else {
      return value(i);
    }
  }
  static void fill(Container& into, int count) {
    for (int i = 0; i < count; ++i) into.insert(into.end(), make(i));
  }
  static std::size_t live(const heap& of) { return of.statistics().live; }

  heap first_{{.name = "first"}};
  heap second_{{.name = "second"}};
};

template <class T>
using entry = allocator<std::pair<const int, T>>;

using container_types =
    testing::Types<std::vector<int, allocator<int>>, std::deque<int, allocator<int>>,
                   std::list<int, allocator<int>>, std::map<int, int, std::less<>, entry<int>>,
                   std::unordered_map<int, int, std::hash<int>, std::equal_to<>, entry<int>>
#ifdef STRATA_TEST_WITH_BOOST
                   ,
                   boost::container::vector<int, allocator<int>>,
                   boost::container::list<int, allocator<int>>,
                   boost::container::stable_vector<int, allocator<int>>,
                   boost::container::flat_map<int, int, std::less<>, allocator<std::pair<int, int>>>
#endif
                   >;
TYPED_TEST_SUITE(containers, container_types);

TYPED_TEST(containers, stand_on_what_was_current_when_they_were_made) {
  const context::scope outer(this->first_);
  TypeParam made;
  const context::scope inner(this->second_);
  this->fill(made, 1000);
  EXPECT_EQ(made.get_allocator().resource(), &this->first_);
  EXPECT_GT(this->live(this->first_), 4000u);
  EXPECT_EQ(this->live(this->second_), 0u);
}

TYPED_TEST(containers, copies_stand_on_what_is_current_then) {
  const context::scope outer(this->first_);
  TypeParam made;
  this->fill(made, 1000);
  const context::scope inner(this->second_);
  const TypeParam copy(made);
  EXPECT_EQ(copy.get_allocator().resource(), &this->second_);
  EXPECT_EQ(copy, made);
  EXPECT_GT(this->live(this->second_), 4000u);
}

TYPED_TEST(containers, a_moved_container_takes_its_memory_along) {
  const context::scope outer(this->first_);
  TypeParam made;
  this->fill(made, 1000);
  const context::scope inner(this->second_);
  const TypeParam moved(std::move(made));
  EXPECT_EQ(moved.get_allocator().resource(), &this->first_);
  EXPECT_EQ(moved.size(), 1000u);
  EXPECT_EQ(this->live(this->second_), 0u);
}

TYPED_TEST(containers, assignment_keeps_the_targets_resource) {
  TypeParam target(typename TypeParam::allocator_type{&this->first_});
  {
    const context::scope inner(this->second_);
    TypeParam source;
    this->fill(source, 1000);
    target = source;
    EXPECT_EQ(target, source);
    target = std::move(source);
  }
  EXPECT_EQ(target.get_allocator().resource(), &this->first_);
  EXPECT_EQ(target.size(), 1000u);
  EXPECT_EQ(this->live(this->second_), 0u) << "nothing of the scope's is held on to";
}

TYPED_TEST(containers, swap_exchanges_resources_with_contents) {
  TypeParam a(typename TypeParam::allocator_type{&this->first_});
  TypeParam b(typename TypeParam::allocator_type{&this->second_});
  this->fill(a, 1000);
  this->fill(b, 10);
  swap(a, b);
  EXPECT_EQ(a.get_allocator().resource(), &this->second_);
  EXPECT_EQ(b.get_allocator().resource(), &this->first_);
  EXPECT_EQ(a.size(), 10u);
  EXPECT_EQ(b.size(), 1000u);
}

TEST(allocator_test, elements_lie_where_their_container_lies) {
  heap outer({.name = "outer"});
  heap inner({.name = "inner"});
  const context::scope scope(outer);
  vector<string> words;
  std::map<int, vector<string>, std::less<>, entry<vector<string>>> lists;
  {
    const context::scope other(inner);
    for (int i = 0; i < 100; ++i) words.emplace_back(long_text);
    lists[1].emplace_back(long_text);
    lists[1].resize(50);
  }
  EXPECT_TRUE(outer.owns(words.back().data()));
  EXPECT_TRUE(outer.owns(lists[1].front().data()));
  EXPECT_EQ(inner.statistics().live, 0u);
}

TEST(allocator_test, equality_is_that_of_resources) {
  heap one({.name = "one"});
  heap other({.name = "other"});
  EXPECT_EQ(allocator<int>(&one), allocator<char>(&one));
  EXPECT_NE(allocator<int>(&one), allocator<int>(&other));
  EXPECT_EQ(allocator<int>(allocator<char>(&one)).resource(), &one);
}

TEST(allocator_test, too_many_objects_are_refused) {
  allocator<int> from;
  EXPECT_THROW(static_cast<void>(from.allocate(SIZE_MAX / 2)), std::bad_array_new_length);
}

TEST(allocator_test, an_immutable_map_follows_and_shares) {
  using map = test::persistent_map<int, int, allocator<int>>;
  heap versions({.name = "versions"});
  {
    const context::scope scope(versions);
    map before;
    for (int i = 0; i < 100; ++i) before = before.with(i * 37 % 101, i);
    const std::size_t live = versions.statistics().live;
    map after;
    {
      heap elsewhere({.name = "elsewhere"});
      const context::scope other(elsewhere);
      after = before.with(5, 1000);
      EXPECT_EQ(elsewhere.statistics().live, 0u) << "a map grows where it was made";
    }
    EXPECT_LT(versions.statistics().live, live + live / 2) << "most nodes are shared";
    EXPECT_EQ(*after.find(5), 1000);
    EXPECT_NE(*before.find(5), 1000);
    EXPECT_EQ(after.find(74), before.find(74));
  }
  EXPECT_EQ(versions.statistics().live, 0u);
}

}  // namespace
}  // namespace strata
