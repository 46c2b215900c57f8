// Slot areas and strategies on their own, and a program's own strategy in a pool.
#include <strata/pool/bitmap_slots.hpp>
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/free_list_slots.hpp>
#include <strata/pool/growing_pool.hpp>
#include <strata/pool/sparse_set_slots.hpp>
#include <strata/pool/stack_slots.hpp>

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace strata {
namespace {

template <std::size_t Stride>
void expect_exact_indexes() {
  std::vector<std::byte> memory(Stride * 20);
  const slot_area<Stride> area{memory.data() + Stride * 2, 16};
  for (std::size_t offset = 0; offset < memory.size(); ++offset) {
    const std::size_t inside = offset - Stride * 2;  // huge when before
    const bool begins = inside % Stride == 0 && inside / Stride < 16;
    const std::size_t index = area.index(memory.data() + offset);
    if (begins) {
      EXPECT_EQ(index, inside / Stride) << Stride;
    } else {
      EXPECT_GE(index, area.count) << Stride << " " << offset;
    }
  }
}

template <std::size_t... Strides>
void expect_exact_indexes_for_all(std::index_sequence<Strides...>) {
  (expect_exact_indexes<Strides + 1>(), ...);
}

TEST(slot_area, only_addresses_where_a_slot_begins_have_an_index) {
  expect_exact_indexes_for_all(std::make_index_sequence<100>());
  expect_exact_indexes<4096>();
  expect_exact_indexes<6 * 1024>();
}

template <class Strategy>
class strategy_under_test {
 public:
  explicit strategy_under_test(std::size_t count)
      : memory_(count * 16), side_(Strategy::side_bytes(count) / 8 + 1), area_{first(), count} {
    slots_.open(area_, side_.data());
  }

  std::size_t take() {
    std::byte* const slot = slots_.take(area_);
    return slot == nullptr ? SIZE_MAX : area_.index(slot);
  }
  std::size_t take_run(std::size_t count) {
    std::byte* const slot = slots_.take_run(area_, count);
    return slot == nullptr ? SIZE_MAX : area_.index(slot);
  }
  void give(std::size_t index) { slots_.give(area_, area_.address(index)); }
  Strategy& slots() { return slots_; }

 private:
  std::byte* first() { return reinterpret_cast<std::byte*>(memory_.data()); }

  std::vector<std::max_align_t> memory_;
  std::vector<std::uint64_t> side_;
  slot_area<16> area_;
  Strategy slots_;
};

template <class Strategy>
class slot_strategies : public testing::Test {};
using strategies = testing::Types<sparse_set_slots, free_list_slots, stack_slots, bitmap_slots>;
TYPED_TEST_SUITE(slot_strategies, strategies);

TYPED_TEST(slot_strategies, no_slot_is_taken_twice_and_none_is_lost) {
  for (const std::size_t count : {1u, 63u, 64u, 65u, 200u}) {
    strategy_under_test<TypeParam> tested(count);
    std::mt19937 random(5);
    std::set<std::size_t> taken;
    for (int step = 0; step < 5000; ++step) {
      if (random() % 2 == 0) {
        const std::size_t index = tested.take();
        ASSERT_EQ(index == SIZE_MAX, taken.size() == count);
        if (index != SIZE_MAX) {
          ASSERT_LT(index, count);
          ASSERT_TRUE(taken.insert(index).second);
        }
      } else if (!taken.empty()) {
        const auto at = std::next(taken.begin(), static_cast<long>(random() % taken.size()));
        tested.give(*at);
        taken.erase(at);
      }
    }
  }
}

TYPED_TEST(slot_strategies, slots_that_were_never_taken_come_by_address) {
  strategy_under_test<TypeParam> tested(100);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(tested.take(), i);
  EXPECT_EQ(tested.take(), SIZE_MAX);
}

TEST(free_list_slots, the_last_given_is_the_first_taken) {
  strategy_under_test<free_list_slots> tested(10);
  for (int i = 0; i < 5; ++i) (void)tested.take();
  for (const std::size_t index : {3u, 0u, 4u}) tested.give(index);
  for (const std::size_t index : {4u, 0u, 3u, 5u}) EXPECT_EQ(tested.take(), index);
}

TEST(sparse_set_slots, the_last_given_is_the_first_taken) {
  strategy_under_test<sparse_set_slots> tested(10);
  for (int i = 0; i < 5; ++i) (void)tested.take();
  for (const std::size_t index : {3u, 0u, 4u}) tested.give(index);
  for (const std::size_t index : {4u, 0u, 3u, 5u}) EXPECT_EQ(tested.take(), index);
}

TEST(stack_slots, the_last_given_is_the_first_taken) {
  strategy_under_test<stack_slots> tested(10);
  for (int i = 0; i < 5; ++i) (void)tested.take();
  for (const std::size_t index : {3u, 0u, 4u}) tested.give(index);
  for (const std::size_t index : {4u, 0u, 3u, 5u}) EXPECT_EQ(tested.take(), index);
}

TEST(bitmap_slots, the_lowest_free_slot_is_taken) {
  strategy_under_test<bitmap_slots> tested(500);
  for (int i = 0; i < 400; ++i) (void)tested.take();
  for (const std::size_t index : {399u, 7u, 130u}) tested.give(index);
  for (const std::size_t index : {7u, 130u, 399u, 400u}) EXPECT_EQ(tested.take(), index);
}

TEST(bitmap_slots, take_a_bit_each) {
  EXPECT_EQ(bitmap_slots::side_bytes(64), 8u);
  EXPECT_EQ(bitmap_slots::side_bytes(65), 16u);
  EXPECT_EQ(stack_slots::side_bytes(64), 256u);
  EXPECT_EQ(free_list_slots::side_bytes(64), 0u);
}

TEST(bitmap_slots, a_run_is_the_first_that_fits) {
  constexpr std::size_t count = 300;
  std::mt19937 random(17);
  for (int round = 0; round < 300; ++round) {
    strategy_under_test<bitmap_slots> tested(count);
    std::vector<bool> taken(count, true);
    for (std::size_t i = 0; i < count; ++i) (void)tested.take();
    for (std::size_t i = 0; i < count; ++i) {
      if (random() % 4 != 0) {
        tested.give(i);
        taken[i] = false;
      }
    }
    const std::size_t wanted = 1 + random() % 20;
    std::size_t expected = SIZE_MAX;
    for (std::size_t i = 0; i + wanted <= count && expected == SIZE_MAX; ++i) {
      bool fits = true;
      for (std::size_t k = 0; k < wanted; ++k) fits = fits && !taken[i + k];
      if (fits) expected = i;
    }
    ASSERT_EQ(tested.take_run(wanted), expected) << wanted;
  }
}

TEST(bitmap_slots, runs_span_words_and_end_with_the_area) {
  strategy_under_test<bitmap_slots> tested(200);
  EXPECT_EQ(tested.take_run(0), SIZE_MAX);
  EXPECT_EQ(tested.take_run(201), SIZE_MAX);
  EXPECT_EQ(tested.take_run(SIZE_MAX), SIZE_MAX);
  EXPECT_EQ(tested.take_run(130), 0u);
  EXPECT_EQ(tested.take_run(71), SIZE_MAX);
  EXPECT_EQ(tested.take_run(70), 130u);
  EXPECT_EQ(tested.take(), SIZE_MAX);
}

// Takes the highest slot first: nothing that strata has.
class highest_first {
 public:
  static constexpr std::size_t slot_bytes_min = 1;
  static constexpr std::size_t slots_max = 1000;
  static constexpr bool keeps_contents = true;

  static std::size_t side_bytes(std::size_t count) noexcept { return count; }

  template <class Area>
  void open(const Area& area, void* side) noexcept {
    taken_ = static_cast<bool*>(side);
    for (std::size_t i = 0; i < area.count; ++i) taken_[i] = false;
  }
  template <class Area>
  std::byte* take(const Area& area) noexcept {
    for (std::size_t i = area.count; i-- != 0;) {
      if (!taken_[i]) {
        taken_[i] = true;
        return area.address(i);
      }
    }
    return nullptr;
  }
  template <class Area>
  void give(const Area& area, std::byte* slot) noexcept {
    taken_[area.index(slot)] = false;
  }

 private:
  bool* taken_ = nullptr;
};

TEST(slot_strategy, a_program_may_bring_its_own) {
  static_assert(slot_strategy<highest_first>);
  fixed_pool<int, highest_first> pool({.capacity = 50});
  int* const first = pool.try_emplace(1);
  int* const second = pool.try_emplace(2);
  EXPECT_EQ(pool.index_of(first), 49u);
  EXPECT_EQ(pool.index_of(second), 48u);
  pool.release(first);
  EXPECT_EQ(pool.try_emplace(3), first);

  growing_pool<int, highest_first> growing;
  for (int i = 0; i < 3000; ++i) EXPECT_EQ(growing.emplace(i), i);
  EXPECT_TRUE(growing.verify());
}

TEST(slot_strategy, decides_how_many_slots_a_pool_can_have) {
  const auto error = fixed_pool<int, highest_first>::check({.capacity = 1001});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->problem(), pool_config_problem::capacity_too_large);
  EXPECT_FALSE((fixed_pool<int, highest_first>::check({.capacity = 1000})));
}

}  // namespace
}  // namespace strata
