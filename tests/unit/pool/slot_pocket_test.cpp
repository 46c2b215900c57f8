#include <strata/pool/detail/slot_pocket.hpp>

#include <strata/pool/detail/uneven_fence.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "support/interleavings.hpp"
#include "support/sanitized.hpp"
#include "support/store_buffer.hpp"

namespace strata::detail {
namespace {

using test::interleavings;
using test::store_buffers;

#ifdef STRATA_TEST_CONTEXTS

// -- In every order, and with stores that others see late ---------------------------------

struct delayed {
  template <class Value>
  using atomic = test::stepping_atomic<Value>;
  template <class Value>
  using own_atomic = test::buffered_atomic<Value>;
};

// As the system's barrier does: what others stored is in the memory.
struct fence_of_the_thief {
  void light() const noexcept {}
  [[nodiscard]] bool heavy() const {
    interleavings::pause();
    interleavings::has_read(0);
    store_buffers::drain_all();
    return true;
  }
};

// Without the system, the owner's own.
struct fence_of_the_owner {
  void light() const { store_buffers::drain(interleavings::thread()); }
  [[nodiscard]] bool heavy() const noexcept { return true; }
};

struct fence_of_nobody {
  void light() const noexcept {}
  [[nodiscard]] bool heavy() const noexcept { return true; }
};

constexpr std::size_t slots = 4;

// A pocket of two entries, and who holds which slot by the book.
template <class Fence>
struct shared_pocket {
  slot_pocket<delayed, 2> pocket;
  std::array<int, slots> holders{0, 0, 1, 1};
  std::vector<slot_index> owned{2, 3};
  bool taken_twice = false;

  shared_pocket() {
    store_buffers::clear();
    pocket.reset(2);
    (void)pocket.put(0);
    (void)pocket.put(1);
  }

  void note(slot_index taken) {
    if (taken != no_slot) taken_twice |= ++holders[taken] != 1;
  }
  void take() {
    const slot_index taken = pocket.take(Fence{});
    note(taken);
    if (taken != no_slot) owned.push_back(taken);
  }
  void put() {
    if (owned.empty()) return;
    --holders[owned.back()];
    if (pocket.put(owned.back())) {
      owned.pop_back();
    } else {
      ++holders[owned.back()];
    }
  }
  void steal() { note(pocket.steal(Fence{})); }

  [[nodiscard]] bool complete() {
    store_buffers::drain_all();
    pocket.each([this](slot_index slot) { ++holders[slot]; });
    for (const int places : holders) {
      if (places != 1) return false;
    }
    return !taken_twice;
  }
};

template <class Fence>
struct result {
  using pocket = shared_pocket<Fence>;
  std::size_t broken = 0;
  std::size_t states = 0;

  explicit result(const std::vector<std::function<void(pocket&)>>& threads) {
    interleavings all;
    all.explore<pocket>([] { return std::make_unique<pocket>(); }, threads,
                        [this](pocket& s) { broken += !s.complete(); });
    states = all.states();
  }
};

// The owner is thread 0, whose stores reach the memory when thread 1 says.
template <class Fence>
struct scenes {
  using pocket = shared_pocket<Fence>;

  static void drain(pocket&) { store_buffers::drain_at_any_time(0, 2); }
  static void steal(pocket& s) { s.steal(); }
  static void steal_twice(pocket& s) { steal(s), steal(s); }
  static void take_twice(pocket& s) { s.take(), s.take(); }
  static void take_and_put(pocket& s) { s.take(), s.put(); }
  static void put_and_take(pocket& s) { s.put(), s.take(); }

  static result<Fence> taking() { return result<Fence>({take_twice, drain, steal_twice}); }
  static result<Fence> putting() { return result<Fence>({take_and_put, drain, steal_twice}); }
  static result<Fence> circling() { return result<Fence>({put_and_take, drain, steal_twice}); }
  static result<Fence> thieves() {
    return result<Fence>({[](pocket& s) { s.take(); }, drain, steal, steal});
  }
};

template <class Fence>
class slot_pocket_fence : public testing::Test {};
using fences = testing::Types<fence_of_the_thief, fence_of_the_owner>;
TYPED_TEST_SUITE(slot_pocket_fence, fences);

TYPED_TEST(slot_pocket_fence, lets_an_owner_take_while_another_steals) {
  const auto explored = scenes<TypeParam>::taking();
  EXPECT_EQ(explored.broken, 0u);
  EXPECT_GT(explored.states, 300u);
}

TYPED_TEST(slot_pocket_fence, lets_an_owner_put_while_another_steals) {
  EXPECT_EQ(scenes<TypeParam>::putting().broken, 0u);
  EXPECT_EQ(scenes<TypeParam>::circling().broken, 0u);
}

TYPED_TEST(slot_pocket_fence, lets_two_steal) {
  EXPECT_EQ(scenes<TypeParam>::thieves().broken, 0u);
}

TEST(slot_pocket, without_a_fence_a_slot_is_handed_out_twice) {
  EXPECT_GT(scenes<fence_of_nobody>::taking().broken, 0u);
}

#endif

// -- One thread ---------------------------------------------------------------------------

TEST(slot_pocket, refuses_what_it_has_no_room_for) {
  const uneven_fence fence;
  slot_pocket<std_atomics> pocket;
  pocket.reset(5);
  for (slot_index slot = 0; slot < 5; ++slot) EXPECT_TRUE(pocket.put(slot));
  EXPECT_FALSE(pocket.put(99));
  EXPECT_EQ(pocket.take(fence), 4u);   // the youngest
  EXPECT_EQ(pocket.steal(fence), 0u);  // the oldest
  EXPECT_EQ(pocket.take(fence), 3u);
  EXPECT_EQ(pocket.steal(fence), 1u);
  EXPECT_EQ(pocket.take(fence), 2u);
  EXPECT_EQ(pocket.take(fence), no_slot);
  EXPECT_EQ(pocket.steal(fence), no_slot);
}

TEST(slot_pocket, has_no_room_for_a_while_when_something_was_stolen) {
  const uneven_fence fence;
  slot_pocket<std_atomics> pocket;
  pocket.reset(5);
  EXPECT_TRUE(pocket.put(7));
  EXPECT_EQ(pocket.steal(fence), 7u);
  for (int put = 0; put < slot_pocket<std_atomics>::shared_puts; ++put) {
    EXPECT_FALSE(pocket.put(7));
    pocket.share(5);
  }
  EXPECT_EQ(pocket.room(), 5);
  EXPECT_TRUE(pocket.put(7));
  pocket.share(9);  // only while it shares
  EXPECT_EQ(pocket.room(), 5);
}

// -- Real threads ---------------------------------------------------------------------------

TEST(slot_pocket, an_owner_and_thieves_never_hold_the_same_slot) {
  constexpr slot_index count = 4;
  const uneven_fence fence;
  slot_pocket<std_atomics> pocket;
  pocket.reset(count);
  std::array<std::atomic<int>, count> holders{};
  std::array<std::atomic<bool>, count> stolen{};
  std::atomic<int> doubled{0};
  std::atomic<bool> over{false};
  const auto hold = [&](slot_index slot) {
    if (slot != no_slot) doubled += holders[slot].fetch_add(1, std::memory_order_relaxed) != 0;
    return slot;
  };
  const auto let_go = [&](slot_index slot) {
    holders[slot].fetch_sub(1, std::memory_order_relaxed);
  };
  std::vector<std::thread> thieves;
  thieves.reserve(2);
  for (int thief = 0; thief < 2; ++thief) {
    thieves.emplace_back([&] {
      while (!over.load(std::memory_order_relaxed)) {
        const slot_index slot = hold(pocket.steal(fence));
        if (slot == no_slot) continue;
        let_go(slot);
        stolen[slot].store(true, std::memory_order_release);
      }
    });
  }
  for (slot_index slot = 0; slot < count; ++slot) stolen[slot] = true;
  for (std::size_t round = 0; round < test::scaled(300000); ++round) {
    for (slot_index slot = 0; slot < count; ++slot) {
      if (!stolen[slot].load(std::memory_order_acquire)) continue;
      stolen[slot].store(false, std::memory_order_relaxed);
      if (!pocket.put(slot)) {
        pocket.share(count);
        stolen[slot].store(true, std::memory_order_relaxed);
      }
    }
    const slot_index mine = hold(pocket.take(fence));
    if (mine == no_slot) continue;
    let_go(mine);
    stolen[mine].store(true, std::memory_order_relaxed);
  }
  over = true;
  for (std::thread& each : thieves) each.join();
  EXPECT_EQ(doubled, 0);
}

}  // namespace
}  // namespace strata::detail
