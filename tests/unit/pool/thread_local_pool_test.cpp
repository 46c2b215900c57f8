// What keeps a thread_local_pool with its thread: by type, and in a checked build.
#include <strata/pool/thread_local_pool.hpp>

#include <gtest/gtest.h>

#include <concepts>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <utility>

#include <strata/pool/owned_handle.hpp>

namespace strata {
namespace {

using checked_pool = thread_local_pool<std::string, owner_checked>;
using handle = checked_pool::handle;

// Neither can be given to a thread, a task or a queue: all of them copy or move.
static_assert(!std::movable<checked_pool> && !std::copy_constructible<checked_pool>);
static_assert(!std::move_constructible<handle> && !std::is_copy_assignable_v<handle>);
// (std::thread itself cannot be asked: its constructor accepts all, and then fails.)
static_assert(!std::is_invocable_v<void (*)(handle), handle>);
static_assert(!std::is_constructible_v<std::decay_t<handle>, handle>);
static_assert(!std::is_invocable_v<void (*)(checked_pool), checked_pool>);
static_assert(std::is_invocable_v<void (*)(std::string), std::string>,
              "the same question has another answer for what can be sent");

static_assert(sizeof(thread_local_pool<int, owner_unchecked>) == sizeof(growing_pool<int>),
              "without the check, nothing is added");

TEST(thread_local_pool, objects_are_made_and_taken_back) {
  checked_pool pool({.name = "texts"});
  std::string& text = pool.emplace("a text that needs memory of its own");
  std::string* const other = pool.try_emplace(3u, 'x');
  EXPECT_EQ(*other, "xxx");
  EXPECT_EQ(pool.size(), 2u);
  EXPECT_TRUE(pool.owns(&text));
  std::size_t seen = 0;
  pool.for_each([&](std::string&) { ++seen; });
  EXPECT_EQ(seen, 2u);
  pool.release(&text);
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_EQ(pool.name(), "texts");
  pool.clear();
  EXPECT_EQ(pool.size(), 0u);
}

TEST(thread_local_pool, what_make_returns_ends_with_its_scope) {
  checked_pool pool;
  {
    const auto first = pool.make("first");
    const auto second = pool.make(5u, 's');
    EXPECT_EQ(*first, "first");
    EXPECT_EQ(second->size(), 5u);
    EXPECT_EQ(first.get()->back(), 't');
    EXPECT_EQ(pool.size(), 2u);
  }
  EXPECT_EQ(pool.size(), 0u);
}

TEST(thread_local_pool, options_reach_the_pool_below) {
  thread_local_pool<int, owner_checked> pool({.capacity = 4, .maximum = 4});
  EXPECT_EQ(pool.maximum(), 4u);
  EXPECT_GE(pool.capacity(), 4u);
  for (int count = 0; count < 4; ++count) pool.emplace(count);
  EXPECT_EQ(pool.try_emplace(5), nullptr);
  EXPECT_THROW(pool.emplace(5), pool_maximum_exceeded);
  EXPECT_FALSE(pool.try_reserve(5));
}

TEST(thread_local_pool, each_thread_has_its_own) {
  const auto mine = []() -> checked_pool& {
    thread_local checked_pool pool;
    return pool;
  };
  const auto text = mine().make("mine");
  std::thread([&] {
    const auto other = mine().make("other");
    EXPECT_EQ(mine().size(), 1u);
  }).join();
  EXPECT_EQ(mine().size(), 1u);
}

TEST(thread_local_pool, owned_handles_work_on_it) {
  checked_pool pool;
  {
    auto one = make_owned(pool, "one");
    EXPECT_EQ(*one, "one");
  }
  EXPECT_EQ(pool.size(), 0u);
}

TEST(thread_local_pool_death, another_thread_ends_the_program) {
  checked_pool pool;
  std::string* const text = &pool.emplace("x");
  const auto elsewhere = [](auto work) { std::thread(work).join(); };
  EXPECT_DEATH(elsewhere([&] { (void)pool.try_emplace("y"); }), "wrong thread: .*belongs to");
  EXPECT_DEATH(elsewhere([&] { pool.release(text); }), "wrong thread");
  EXPECT_DEATH(elsewhere([&] { (void)pool.size(); }), "wrong thread");
  EXPECT_DEATH(elsewhere([&] { pool.clear(); }), "wrong thread");
}

}  // namespace
}  // namespace strata
