// Context storage: each fiber's own values, and their end.
#include <strata/stack/fiber_storage.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <strata/arena/arena.hpp>

namespace strata::test {
namespace {

constinit fiber_local<int> number;
constinit fiber_local<int> other_number;
constinit fiber_local<std::string> text;

std::vector<int> ended;

struct notes_its_end {
  explicit notes_its_end(int given) : number(given) {}
  notes_its_end(const notes_its_end&) = delete;
  notes_its_end& operator=(const notes_its_end&) = delete;
  ~notes_its_end() { ended.push_back(number); }
  int number;
};

constinit std::array<fiber_local<notes_its_end>, 20> noted;

class fiber_storage_test : public testing::Test {
 protected:
  void SetUp() override { ended.clear(); }
};

TEST_F(fiber_storage_test, each_fiber_has_its_own_value) {
  fiber_storage one;
  fiber_storage two;
  {
    const fiber_storage_scope in_one(one);
    EXPECT_EQ(number.find(), nullptr);
    number.emplace(1);
    {
      const fiber_storage_scope in_two(two);
      EXPECT_EQ(number.find(), nullptr);
      EXPECT_EQ(number.get(), 0) << "made when it is asked for";
      number.get() = 2;
    }
    EXPECT_EQ(number.get(), 1);
    EXPECT_EQ(other_number.find(), nullptr) << "of the same type, and another";
  }
  EXPECT_EQ(number.find(), nullptr) << "outside of fibers";
  EXPECT_EQ(*two.find(number), 2);
}

TEST_F(fiber_storage_test, values_end_with_the_fiber_the_newest_first) {
  std::optional<fiber_storage> storage(std::in_place);
  for (int i = 0; i < 20; ++i) storage->emplace(noted[static_cast<std::size_t>(i)], i);
  EXPECT_TRUE(ended.empty());
  storage.reset();
  ASSERT_EQ(ended.size(), 20U);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ended[static_cast<std::size_t>(i)], 19 - i);
}

TEST_F(fiber_storage_test, a_value_is_replaced_or_erased_alone) {
  fiber_storage storage;
  for (int i = 0; i < 3; ++i) storage.emplace(noted[static_cast<std::size_t>(i)], i);
  storage.emplace(noted[1], 11);
  EXPECT_EQ(ended, std::vector{1});
  storage.erase(noted[0]);
  storage.erase(noted[0]);
  EXPECT_EQ(ended, (std::vector{1, 0}));
  EXPECT_EQ(storage.find(noted[1])->number, 11);
  EXPECT_EQ(storage.find(noted[2])->number, 2);
  storage.clear();
  EXPECT_EQ(ended, (std::vector{1, 0, 11, 2}));
}

TEST_F(fiber_storage_test, few_small_values_need_no_memory) {
  fiber_storage storage(std::pmr::null_memory_resource());
  for (int round = 0; round < 100; ++round) {
    storage.emplace(number, round);
    storage.emplace(other_number, round);
    EXPECT_EQ(*storage.find(number), round);
    storage.clear();
  }
}

TEST_F(fiber_storage_test, more_comes_from_the_arena_of_the_fiber) {
  arena memory;
  fiber_storage storage(&memory);
  const fiber_storage_scope running(storage);
  struct alignas(64) wide {
    std::array<std::byte, 300> bytes;
  };
  static constinit fiber_local<wide> large;
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&large.get()) % 64, 0U);
  EXPECT_TRUE(memory.owns(&large.get()));
  text.emplace("long enough that it does not fit into the string itself");
  EXPECT_EQ(text.get().size(), 55U);
}

// Values of many sizes, that end while others live: none overlaps another.
TEST_F(fiber_storage_test, values_keep_apart) {
  static constinit std::array<fiber_local<std::array<std::uint32_t, 3>>, 30> many;
  fiber_storage storage;
  for (std::uint32_t round = 0; round < 50; ++round) {
    for (std::uint32_t i = round % 3; i < many.size(); i += 1 + round % 5) {
      storage.emplace(many[i]).fill(i);
      if (i % 4 == round % 4) storage.erase(many[i]);
    }
    for (std::uint32_t i = 0; i < many.size(); ++i) {
      const auto* const found = storage.find(many[i]);
      if (found == nullptr) continue;
      EXPECT_EQ(*found, (std::array{i, i, i}));
    }
    if (round % 10 == 9) storage.clear();
  }
}

struct refuses {
  explicit refuses(fiber_storage& where) {
    where.emplace(number, 5);
    throw std::runtime_error("refused");
  }
};

TEST_F(fiber_storage_test, a_constructor_that_throws_leaves_no_value) {
  static constinit fiber_local<refuses> refused;
  fiber_storage storage;
  EXPECT_THROW(storage.emplace(refused, storage), std::runtime_error);
  EXPECT_EQ(storage.find(refused), nullptr);
  storage.emplace(other_number, 6);
  EXPECT_EQ(*storage.find(number), 5) << "what the constructor made stays whole";
}

TEST_F(fiber_storage_test, a_refusal_of_memory_leaves_no_value) {
  fiber_storage storage(std::pmr::null_memory_resource());
  static constinit fiber_local<std::array<std::byte, 500>> large;
  EXPECT_THROW(storage.emplace(large), std::bad_alloc);
  EXPECT_EQ(storage.find(large), nullptr);
}

struct asks_at_its_end {
  ~asks_at_its_end() { seen = number.find() == nullptr ? -1 : *number.find(); }
  static inline int seen = 0;
};

TEST_F(fiber_storage_test, a_destructor_uses_the_values_that_are_left) {
  static constinit fiber_local<asks_at_its_end> asks;
  fiber_storage storage;
  const fiber_storage_scope running(storage);
  number.emplace(9);
  asks.emplace();
  storage.clear();
  EXPECT_EQ(asks_at_its_end::seen, 9);
}

TEST_F(fiber_storage_test, a_fiber_takes_its_values_to_another_thread) {
  fiber_storage storage;
  storage.emplace(number, 3);
  std::thread([&] {
    EXPECT_EQ(number.find(), nullptr);
    const fiber_storage_scope running(storage);
    EXPECT_EQ(number.get(), 3);
    number.get() = 4;
  }).join();
  EXPECT_EQ(*storage.find(number), 4);
}

TEST(fiber_storage_death, a_value_is_asked_for_outside_of_fibers) {
  number.erase();
  EXPECT_DEATH((void)number.get(), "strata: fatal: no fiber storage: the fiber-local variable");
}

}  // namespace
}  // namespace strata::test
