#include <strata/detail/index_supply.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "support/interleavings.hpp"
#include "support/sanitized.hpp"

// The tests that explore use contexts, which ThreadSanitizer does not follow.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STRATA_TEST_NO_CONTEXTS 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define STRATA_TEST_NO_CONTEXTS 1
#endif

namespace strata::detail {
namespace {

using test::interleavings;

// -- The means of proof itself --------------------------------------------------------

struct two_steps {
  test::stepping_atomic<int> first;
  test::stepping_atomic<int> second;
  int lost = 0;
};

#ifndef STRATA_TEST_NO_CONTEXTS

TEST(interleavings, follow_every_order) {
  // Each thread's values depend on the order, so that no two orders meet again.
  interleavings all;
  std::vector<int> results;
  const auto append = [](int digit) {
    return [digit](two_steps& s) {
      for (int step = 0; step < 2; ++step) {
        int seen = 0;
        while (!s.first.compare_exchange_weak(seen, seen * 3 + digit, {}, {})) {
        }
      }
    };
  };
  all.explore<two_steps>([] { return std::make_unique<two_steps>(); }, {append(1), append(2)},
                         [&](two_steps& s) { results.push_back(s.first.load({})); });
  const std::set<int> distinct(results.begin(), results.end());
  EXPECT_EQ(distinct.size(), 6u);  // four digits, two of each kind
}

TEST(interleavings, find_an_update_that_is_lost) {
  interleavings all;
  int lost = 0;
  const auto add = [](two_steps& s) { s.first.store(s.first.load({}) + 1, {}); };
  all.explore<two_steps>([] { return std::make_unique<two_steps>(); }, {add, add},
                         [&](two_steps& s) { lost += s.first.load({}) != 2; });
  EXPECT_GT(lost, 0);
  EXPECT_GT(all.orders(), static_cast<std::size_t>(lost));
}

// -- The algorithm, in every order ------------------------------------------------------

struct stepping {
  template <class Value>
  using atomic = test::stepping_atomic<Value>;
  static constexpr std::uint64_t tag_step = 1;
};

struct stepping_without_tag : stepping {
  static constexpr std::uint64_t tag_step = 0;
};

constexpr std::size_t slots = 3;

// The stack, two pockets of two entries, and who holds which slot by the book.
template <class Atomics>
struct supply {
  std::array<typename tagged_stack<Atomics>::link, slots> links;
  tagged_stack<Atomics> stack;
  std::array<slot_pocket<Atomics, 2>, 2> pockets;
  std::array<bool, slots> held{};
  bool taken_twice = false;

  explicit supply(slot_index in_stack) {
    for (auto& pocket : pockets) pocket.reset();
    stack.fill(links.data(), in_stack);
  }

  slot_index note(slot_index taken) {
    if (taken == no_slot) return taken;
    taken_twice |= held[taken];
    held[taken] = true;
    return taken;
  }
  slot_index pop() { return note(stack.pop()); }
  slot_index take(std::size_t thread) {
    const slot_index own = pockets[thread].take();
    return note(own != no_slot ? own : take_anywhere(stack, pockets.data(), pockets.size()));
  }
  void push(slot_index slot) {
    if (slot == no_slot) return;
    held[slot] = false;
    stack.push(slot);
  }
  void give(std::size_t thread, slot_index slot) {
    if (slot == no_slot) return;
    held[slot] = false;
    if (!pockets[thread].put(slot)) stack.push(slot);
  }

  // Whether each slot is in one place; those that were handed out at first too.
  bool complete() const {
    std::array<int, slots> places{};
    for (std::size_t slot = 0; slot < slots; ++slot) places[slot] = held[slot];
    const auto count = [&](slot_index slot) { ++places[slot]; };
    for (const auto& pocket : pockets) pocket.each(count);
    std::size_t steps = 0;
    stack.each([&](slot_index slot) {
      if (++steps <= slots) count(slot);
    });
    for (const int number : places) {
      if (number != 1) return false;
    }
    return !taken_twice;
  }
};

template <class Atomics>
std::size_t broken_orders(std::vector<std::function<void(supply<Atomics>&)>> threads,
                          interleavings& all) {
  std::size_t broken = 0;
  all.explore<supply<Atomics>>([] { return std::make_unique<supply<Atomics>>(slots); }, threads,
                               [&](supply<Atomics>& s) { broken += !s.complete(); });
  return broken;
}

template <class Atomics>
void pop_push_pop(supply<Atomics>& s) {
  s.push(s.pop());
  s.pop();
}

// The one who finds again what was on top before, over what was not below it.
template <class Atomics>
void pop_two_push_first(supply<Atomics>& s) {
  const slot_index first = s.pop();
  s.pop();
  s.push(first);
}

TEST(index_supply, the_stack_loses_and_doubles_nothing_in_any_order_of_two_threads) {
  interleavings all;
  EXPECT_EQ(broken_orders<stepping>({pop_push_pop<stepping>, pop_two_push_first<stepping>}, all),
            0u);
  EXPECT_GT(all.orders(), 10u);
  EXPECT_GT(all.states(), 500u);
}

TEST(index_supply, the_stack_loses_and_doubles_nothing_in_any_order_of_three_threads) {
  interleavings all;
  const auto pop_push = [](supply<stepping>& s) { s.push(s.pop()); };
  const auto pop = [](supply<stepping>& s) { s.pop(); };
  EXPECT_EQ(broken_orders<stepping>({pop_push, pop_push, pop}, all), 0u);
  EXPECT_GT(all.states(), 1000u);
}

TEST(index_supply, without_its_tag_the_stack_hands_a_slot_out_twice) {
  interleavings all;
  using no_tag = stepping_without_tag;
  EXPECT_GT(broken_orders<no_tag>({pop_push_pop<no_tag>, pop_two_push_first<no_tag>}, all), 0u);
}

TEST(index_supply, an_owner_and_a_thief_share_a_pocket_in_any_order) {
  interleavings all;
  const auto owner = [](supply<stepping>& s) {
    const slot_index first = s.take(0);
    s.give(0, s.take(0));
    s.give(0, first);
    s.take(0);
  };
  const auto thief = [](supply<stepping>& s) {
    s.note(s.pockets[0].steal());
    s.note(s.pockets[0].steal());
  };
  EXPECT_EQ(broken_orders<stepping>({owner, thief}, all), 0u);
  EXPECT_GT(all.states(), 200u);
}

TEST(index_supply, two_threads_with_pockets_take_give_and_steal_in_any_order) {
  interleavings all;
  const auto works = [](std::size_t thread) {
    return [thread](supply<stepping>& s) {
      const slot_index first = s.take(thread);
      const slot_index second = s.take(thread);
      s.give(thread, first);
      s.give(thread, second);
      s.take(thread);
    };
  };
  EXPECT_EQ(broken_orders<stepping>({works(0), works(1)}, all), 0u);
  EXPECT_GT(all.states(), 1000u);
}

#endif

// -- Real threads -----------------------------------------------------------------------

TEST(index_supply, a_stack_of_many_threads_hands_each_slot_to_one) {
  constexpr slot_index count = 8;
  constexpr int threads = 4;
  std::array<tagged_stack<std_atomics>::link, count> links{};
  std::array<std::atomic<int>, count> holders{};
  tagged_stack<std_atomics> stack;
  stack.fill(links.data(), count);
  std::atomic<int> doubled{0};
  std::vector<std::thread> crew;
  for (int thread = 0; thread < threads; ++thread) {
    crew.emplace_back([&] {
      for (std::size_t round = 0; round < test::scaled(200000); ++round) {
        const slot_index slot = stack.pop();
        if (slot == no_slot) continue;
        doubled += holders[slot].fetch_add(1) != 0;
        holders[slot].fetch_sub(1);
        stack.push(slot);
      }
    });
  }
  for (std::thread& each : crew) each.join();
  EXPECT_EQ(doubled, 0);
  for (slot_index slot = 0; slot < count; ++slot) EXPECT_NE(stack.pop(), no_slot);
  EXPECT_EQ(stack.pop(), no_slot);
}

TEST(index_supply, a_pocket_refuses_what_it_has_no_room_for) {
  slot_pocket<std_atomics> pocket;
  pocket.reset();
  for (slot_index slot = 0; slot < pocket.entries_max; ++slot) EXPECT_TRUE(pocket.put(slot));
  EXPECT_FALSE(pocket.put(99));
  EXPECT_EQ(pocket.steal(), 0u);                     // the oldest
  EXPECT_FALSE(pocket.put(99));                      // the hole is below the top
  EXPECT_EQ(pocket.take(), pocket.entries_max - 1);  // the youngest
  EXPECT_TRUE(pocket.put(99));
  EXPECT_EQ(pocket.take(), 99u);
}

}  // namespace
}  // namespace strata::detail
