// sparse_set_slots: the set itself, what objects may hold without being taken for free
// slots, and what pools do with it: order, iteration, releases inside destructors.
#include <strata/pool/detail/common_free_set.hpp>
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/growing_pool.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "unit/pool/failing_upstream.hpp"

namespace strata {
namespace {

using slot_words = std::array<std::uintptr_t, 2>;

class free_set_of_slots {
 public:
  explicit free_set_of_slots(std::size_t count)
      : slots_(count), cells_(detail::free_set::cells_for(count)) {
    set_.open(cells_.data(), count);
  }
  std::byte* slot(std::size_t index) { return reinterpret_cast<std::byte*>(&slots_[index]); }
  void hold(std::size_t index, std::uintptr_t word) { slots_[index][0] = word; }
  detail::free_set& set() { return set_; }
  std::vector<std::byte*>& cells() { return cells_; }

 private:
  std::vector<slot_words> slots_;
  std::vector<std::byte*> cells_;
  detail::free_set set_;
};

TEST(free_set, agrees_with_a_set_whatever_live_slots_hold) {
  constexpr std::size_t count = 100;
  free_set_of_slots tested(count);
  std::set<std::byte*> free;
  std::mt19937 random(8);
  for (int step = 0; step < 20000; ++step) {
    const std::size_t index = random() % count;
    std::byte* const slot = tested.slot(index);
    ASSERT_EQ(tested.set().contains(slot), free.contains(slot));
    if (random() % 64 == 0) tested.set().seal();
    if (free.contains(slot)) {
      if (random() % 4 == 0) {
        tested.set().erase(slot);
        free.erase(slot);
      }
    } else if (random() % 2 == 0) {
      tested.set().push(slot);
      free.insert(slot);
    } else {  // an object that holds the worst: the address of a cell, or nearly
      tested.hold(index, reinterpret_cast<std::uintptr_t>(tested.cells().data()) + random() % 830);
    }
    ASSERT_EQ(tested.set().size(), free.size());
  }
  std::set<std::byte*> seen;
  tested.set().for_each([&](std::byte* slot) { EXPECT_TRUE(seen.insert(slot).second); });
  EXPECT_EQ(seen, free);
}

TEST(free_set, a_seal_parts_what_came_later) {
  free_set_of_slots tested(10);
  detail::free_set& set = tested.set();
  const auto unsealed = [&] {
    std::set<std::byte*> seen;
    set.for_each_unsealed([&](std::byte* slot) { seen.insert(slot); });
    return seen;
  };
  for (std::size_t i = 0; i < 4; ++i) set.push(tested.slot(i));
  EXPECT_EQ(unsealed().size(), 4u);
  set.seal();
  EXPECT_EQ(set.pop(), nullptr);
  EXPECT_EQ(set.size(), 4u);
  set.push(tested.slot(5));
  set.push(tested.slot(6));
  EXPECT_EQ(unsealed(), (std::set{tested.slot(5), tested.slot(6)}));
  EXPECT_EQ(set.size(), 6u);
  set.seal();
  EXPECT_TRUE(unsealed().empty());
  for (const std::size_t i : {0u, 3u, 5u, 6u}) EXPECT_TRUE(set.contains(tested.slot(i)));
  EXPECT_TRUE(set.unseal());
  EXPECT_FALSE(set.unseal());
  for (int i = 0; i < 6; ++i) EXPECT_NE(set.pop(), nullptr);
  EXPECT_EQ(set.pop(), nullptr);
}

TEST(free_set, a_word_across_two_cells_is_none) {
  free_set_of_slots tested(3);
  tested.set().push(tested.slot(0));
  tested.set().push(tested.slot(1));
  // Three bytes into the first cell, these bytes look like the address of slot 2.
  const auto wanted = reinterpret_cast<std::uintptr_t>(tested.slot(2));
  std::memcpy(reinterpret_cast<std::byte*>(&tested.cells()[1]) + 3, &wanted, sizeof wanted);
  tested.hold(2, reinterpret_cast<std::uintptr_t>(&tested.cells()[1]) + 3);
  EXPECT_FALSE(tested.set().contains(tested.slot(2)));
}

TEST(free_set, goes_on_in_other_cells) {
  free_set_of_slots tested(50);
  for (std::size_t i = 0; i < 20; ++i) tested.set().push(tested.slot(i));
  std::vector<std::byte*> more(detail::free_set::cells_for(1000));
  tested.set().move_to(more.data(), 1000);
  std::fill(tested.cells().begin(), tested.cells().end(), nullptr);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(tested.set().contains(tested.slot(i)), i < 20);
  for (std::size_t i = 20; i-- != 0;) EXPECT_EQ(tested.set().pop(), tested.slot(i));
  EXPECT_EQ(tested.set().pop(), nullptr);
}

struct words {
  std::uintptr_t first = 0;
  std::uintptr_t second = 0;
};

template <class Pool>
void expect_last_in_first_out(Pool& pool) {
  std::vector<words*> objects(5000);
  for (words*& each : objects) each = &pool.emplace();
  std::shuffle(objects.begin(), objects.end(), std::mt19937(4));
  for (std::size_t i = 0; i < 3000; ++i) pool.release(objects[i]);
  for (std::size_t i = 3000; i-- != 0;) ASSERT_EQ(&pool.emplace(), objects[i]);
}

TEST(sparse_set_slots, the_last_released_is_the_first_taken_across_chunks) {
  fixed_pool<words> fixed({.capacity = 5000});
  expect_last_in_first_out(fixed);
  growing_pool<words> growing({.growth = pool_growth::linear(50)});
  expect_last_in_first_out(growing);
}

// Each object takes over what stood in its slot while it was free, the worst that it
// could hold: the cell that named the slot.
template <class Pool>
void expect_no_mistake(Pool& pool) {
  std::vector<words*> objects(100);
  for (words*& each : objects) each = &pool.emplace();
  std::mt19937 random(6);
  for (int step = 0; step < 5000; ++step) {
    words*& each = objects[random() % objects.size()];
    pool.release(each);
    std::uintptr_t stale = 0;
    detail::unpoison(each, sizeof stale);
    std::memcpy(&stale, static_cast<void*>(each), sizeof stale);
    detail::poison(each, sizeof stale);
    each = &pool.emplace();
    each->first = stale + random() % 2 * 8;
  }
  EXPECT_EQ(pool.size(), 100u);
  EXPECT_TRUE(pool.verify());
}

TEST(sparse_set_slots, objects_may_hold_what_free_slots_held) {
  fixed_pool<words> fixed({.capacity = 100});
  expect_no_mistake(fixed);
  growing_pool<words> growing;
  expect_no_mistake(growing);
}

// A container that keeps AddressSanitizer's marks of its own, as arenas in objects do.
TEST(sparse_set_slots, a_release_reads_what_the_program_poisoned) {
  fixed_pool<words> pool({.capacity = 4});
  words* const object = &pool.emplace();
  detail::poison(object, sizeof *object);
  pool.release(object);
  EXPECT_EQ(&pool.emplace(), object);
}

struct releasing {
  std::function<void()> at_end;
  ~releasing() {
    if (at_end) at_end();
  }
};

template <class Pool>
void expect_notice_of_a_release_inside(Pool& pool) {
  releasing* const first = &pool.emplace();
  releasing* const second = &pool.emplace();
  first->at_end = [&] { pool.release(second); };
  second->at_end = [&] { pool.release(first); };
  EXPECT_DEATH(pool.release(first), "double release");
  second->at_end = [&] { EXPECT_NE(&pool.emplace(), first) << "its slot is not free yet"; };
  pool.release(first);
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_EQ(&pool.emplace(), first);
  pool.release(first);  // of the new object, whose end was not begun
}

TEST(sparse_set_slots_death, a_release_inside_of_the_own_destructor_is_noticed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  fixed_pool<releasing> fixed({.capacity = 10});
  expect_notice_of_a_release_inside(fixed);
  growing_pool<releasing> growing;
  expect_notice_of_a_release_inside(growing);
}

template <class Pool>
void expect_iteration_inside_of_iteration(Pool& pool) {
  for (int i = 0; i < 300; ++i) pool.emplace(i);
  std::set<int> seen;
  pool.for_each([&](int& outer) {
    EXPECT_TRUE(seen.insert(outer).second);
    std::size_t inside = 0;
    pool.for_each([&](int& inner) {
      ++inside;
      if (inner == outer + 1 && inner % 2 == 1) pool.release(&inner);
    });
    EXPECT_GE(inside, pool.size());
  });
  EXPECT_EQ(seen.size(), 150u);
  EXPECT_EQ(pool.size(), 150u);
}

TEST(sparse_set_slots, an_iteration_may_hold_another_one) {
  fixed_pool<int> fixed({.capacity = 300});
  expect_iteration_inside_of_iteration(fixed);
  growing_pool<int> growing({.growth = pool_growth::linear(40)});
  expect_iteration_inside_of_iteration(growing);
}

// What was written down for one iteration serves the next, if it still holds.
template <class Pool>
void expect_iterations_between_changes(Pool& pool) {
  std::set<words*> live;
  std::mt19937 random(31);
  for (int round = 0; round < 2000; ++round) {
    for (std::size_t changes = random() % 4; changes != 0; --changes) {
      if (live.size() < 300 && random() % 2 == 0) {
        ASSERT_TRUE(live.insert(&pool.emplace()).second);
      } else if (!live.empty()) {
        words* const gone = *std::next(live.begin(), static_cast<long>(random() % live.size()));
        pool.release(gone);
        live.erase(gone);
      }
    }
    auto expected = live.begin();
    for (const words& each : std::as_const(pool)) ASSERT_EQ(&each, *expected++);
    ASSERT_EQ(expected, live.end());
    if constexpr (requires { pool.shrink_to_fit(); }) {
      if (random() % 100 == 0) pool.shrink_to_fit();
      if (random() % 100 == 0) pool.reserve(400);
    }
    ASSERT_TRUE(pool.verify());
  }
}

TEST(sparse_set_slots, iterations_see_every_change_between_them) {
  fixed_pool<words> fixed({.capacity = 300});
  expect_iterations_between_changes(fixed);
  growing_pool<words> growing({.growth = pool_growth::linear(16)});
  expect_iterations_between_changes(growing);
}

template <class Pool>
void expect_slots_behind_an_iteration(Pool& pool) {
  std::vector<words*> objects(10);
  pool.allocate_batch(objects);
  for (const std::size_t i : {2u, 7u}) pool.release(objects[i]);
  for (int round = 0; round < 2; ++round) pool.for_each([](const words&) {});
  EXPECT_EQ(pool.try_emplace(), objects[7]);
  EXPECT_EQ(pool.try_emplace(), objects[2]);
}

TEST(sparse_set_slots, what_was_free_serves_after_an_iteration) {
  fixed_pool<words> full({.capacity = 10});
  expect_slots_behind_an_iteration(full);
  fixed_pool<words> half({.capacity = 20});
  expect_slots_behind_an_iteration(half);
  growing_pool<words> growing;
  expect_slots_behind_an_iteration(growing);
}

TEST(sparse_set_slots, a_pool_that_returns_chunks_knows_what_is_used_in_each) {
  test::failing_upstream upstream;
  growing_pool<words> pool(
      {.growth = pool_growth::linear(64), .retain = 64, .upstream = &upstream});
  std::vector<words*> objects;
  std::mt19937 random(12);
  for (int step = 0; step < 20000; ++step) {
    const bool grows = objects.empty() || random() % 1000 < (step % 4000 < 2000 ? 600 : 400);
    if (grows) {
      objects.push_back(&pool.emplace());
    } else {
      std::swap(objects[random() % objects.size()], objects.back());
      pool.release(objects.back());
      objects.pop_back();
    }
    if (step % 512 == 0) {
      ASSERT_TRUE(pool.verify());
    }
  }
  for (words* each : objects) pool.release(each);
  EXPECT_EQ(pool.capacity(), 64u);
  EXPECT_TRUE(pool.verify());
}

TEST(sparse_set_slots, the_peak_survives_the_chunks_that_saw_it) {
  growing_pool<words, with_statistics> pool({.growth = pool_growth::linear(10)});
  std::vector<words*> objects(95);
  pool.allocate_batch(objects);
  for (words* each : objects) pool.release(each);
  pool.shrink_to_fit();
  for (int i = 0; i < 30; ++i) pool.emplace();
  EXPECT_EQ(pool.statistics().peak, 95u);
  EXPECT_EQ(pool.statistics().in_use, 30u);
  fixed_pool<words, with_statistics, heap_fallback> small({.capacity = 2});
  for (int i = 0; i < 5; ++i) small.emplace();
  small.clear();
  small.emplace();
  EXPECT_EQ(small.statistics().peak, 5u);
}

}  // namespace
}  // namespace strata
