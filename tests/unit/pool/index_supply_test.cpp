#include <strata/pool/detail/index_supply.hpp>

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

namespace strata::detail {
namespace {

using test::interleavings;

// What is explored here is sequentially consistent; see slot_pocket_test.cpp.
struct no_fence {
  void light() const noexcept {}
  [[nodiscard]] bool heavy() const noexcept { return true; }
};

// -- The means of proof itself --------------------------------------------------------

struct two_steps {
  test::stepping_atomic<int> first;
  test::stepping_atomic<int> second;
  int lost = 0;
};

#ifdef STRATA_TEST_CONTEXTS

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
  template <class Value>
  using own_atomic = test::stepping_atomic<Value>;
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
    for (auto& pocket : pockets) pocket.reset(2);
    stack.fill(links.data(), in_stack);
  }

  slot_index note(slot_index taken) {
    if (taken == no_slot) return taken;
    taken_twice |= held[taken];
    held[taken] = true;
    return taken;
  }
  slot_index pop() { return note(stack.pop(1).first); }
  slot_index take(std::size_t thread) {
    slot_index taken = pockets[thread].take(no_fence{});
    if (taken == no_slot) taken = take_some(stack, pockets[thread], 2);
    if (taken != no_slot) return note(taken);
    return note(take_anywhere(stack, pockets.data(), pockets.size(), no_fence{}));
  }
  void push(slot_index slot) {
    if (slot == no_slot) return;
    held[slot] = false;
    stack.push({slot, slot, 1});
  }
  void give(std::size_t thread, slot_index slot) {
    if (slot == no_slot) return;
    held[slot] = false;
    if (!pockets[thread].put(slot)) give_some(stack, pockets[thread], slot, 2, no_fence{});
  }

  // Whether each slot is in one place; those that were handed out at first too.
  [[nodiscard]] bool complete() const {
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

TEST(index_supply, chains_come_and_go_whole_in_any_order) {
  interleavings all;
  const auto chains = [](supply<stepping>& s) {
    const slot_chain taken = s.stack.pop(2);
    if (taken.count != 0) s.stack.push(taken);
  };
  EXPECT_EQ(broken_orders<stepping>({chains, pop_two_push_first<stepping>}, all), 0u);
  EXPECT_GT(all.states(), 500u);
}

TEST(index_supply, two_threads_with_pockets_take_give_and_steal_in_any_order) {
  interleavings all;
  const auto works = [](std::size_t thread) {
    return [thread](supply<stepping>& s) {
      const slot_index first = s.take(thread);
      const slot_index second = s.take(thread);
      s.give(thread, first);
      s.give(thread, second);
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
  crew.reserve(threads);
  for (int thread = 0; thread < threads; ++thread) {
    crew.emplace_back([&] {
      for (std::size_t round = 0; round < test::scaled(200000); ++round) {
        const slot_index slot = stack.pop(1).first;
        if (slot == no_slot) continue;
        doubled += holders[slot].fetch_add(1) != 0;
        holders[slot].fetch_sub(1);
        stack.push({slot, slot, 1});
      }
    });
  }
  for (std::thread& each : crew) each.join();
  EXPECT_EQ(doubled, 0);
  for (slot_index slot = 0; slot < count; ++slot) EXPECT_NE(stack.pop(1).first, no_slot);
  EXPECT_EQ(stack.pop(1).first, no_slot);
}

TEST(index_supply, what_a_pocket_has_no_room_for_stays_in_the_stack) {
  std::array<tagged_stack<std_atomics>::link, 4> links{};
  tagged_stack<std_atomics> stack;
  stack.fill(links.data(), 4);
  slot_pocket<std_atomics> pocket;
  pocket.reset(1);
  EXPECT_EQ(take_some(stack, pocket, 3), 0u);
  EXPECT_EQ(stack.pop(9).count, 2u);
  give_some(stack, pocket, 0, 3, no_fence{});
  EXPECT_EQ(stack.pop(9).count, 2u);  // and what was in the pocket
}

TEST(index_supply, a_chain_is_what_was_on_top_or_less) {
  std::array<tagged_stack<std_atomics>::link, 5> links{};
  tagged_stack<std_atomics> stack;
  stack.fill(links.data(), 5);
  const slot_chain three = stack.pop(3);
  EXPECT_EQ(three.first, 0u);
  EXPECT_EQ(three.last, 2u);
  EXPECT_EQ(three.count, 3u);
  EXPECT_EQ(stack.after(0), 1u);
  EXPECT_EQ(stack.pop(9).count, 2u);
  EXPECT_EQ(stack.pop(9).count, 0u);
  stack.push(three);
  EXPECT_EQ(stack.pop(9).count, 3u);
}

}  // namespace
}  // namespace strata::detail
