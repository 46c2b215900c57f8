// Random work on a pool beside a model that knows each object and what it holds.
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/growing_pool.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <stdexcept>
#include <vector>

#include "support/sanitized.hpp"

namespace strata {
namespace {

struct record {
  static inline int live = 0;
  static inline bool refuse = false;
  static inline unsigned next = 0;

  std::array<unsigned, 7> words;

  record() : record(next) {}
  explicit record(unsigned value) {
    if (refuse) throw std::runtime_error("constructor");
    words.fill(value);
    ++live;
  }
  record(const record&) = delete;
  record& operator=(const record&) = delete;
  ~record() {
    words.fill(0xdead);
    --live;
  }
};

template <class Pool>
class model {
 public:
  explicit model(const pool_options<record>& options) : pool_(options) {}

  void run(unsigned seed) {
    random_.seed(seed);
    for (std::size_t step = 0; step < test::scaled(40000); ++step) {
      record::next = static_cast<unsigned>(step);
      record::refuse = random_() % 50 == 0;
      act(random_() % 100);
      record::refuse = false;
      ASSERT_EQ(pool_.size(), live_.size());
      ASSERT_EQ(record::live, static_cast<int>(live_.size()));
    }
    compare();
    pool_.clear();
    EXPECT_EQ(record::live, 0);
  }

 private:
  void act(std::size_t choice) {
    if (choice < 46) return make();
    if (choice < 90) return release_one();
    if (choice < 94) return make_batch(random_() % 200);
    if (choice < 97) return compare();
    if constexpr (requires(Pool & pool) { pool.shrink_to_fit(); }) {
      if (choice < 98) return pool_.shrink_to_fit();
      if (choice < 99) return reserve(random_() % 2000);
    }
    if (random_() % 20 == 0) {
      pool_.clear();
      live_.clear();
    }
  }

  void make() {
    try {
      record* const made = pool_.try_emplace(record::next);
      if (made == nullptr) {
        ASSERT_EQ(live_.size(), pool_.maximum());
      } else {
        ASSERT_TRUE(live_.emplace(made, record::next).second) << "an address twice";
      }
    } catch (const std::runtime_error&) {
      ASSERT_TRUE(record::refuse);
    }
  }

  void make_batch(std::size_t count) {
    std::vector<record*> batch(count);
    try {
      if (pool_.try_allocate_batch(batch)) {
        for (record* each : batch) ASSERT_TRUE(live_.emplace(each, record::next).second);
      } else {
        ASSERT_GT(live_.size() + count, pool_.maximum());
      }
    } catch (const std::runtime_error&) {
      ASSERT_TRUE(record::refuse);
    }
  }

  void release_one() {
    if (live_.empty()) return;
    const auto near = live_.lower_bound(
        reinterpret_cast<record*>(reinterpret_cast<std::uintptr_t>(last_) + random_() % 65536));
    const auto victim = near == live_.end() ? live_.begin() : near;
    for (const unsigned word : victim->first->words) ASSERT_EQ(word, victim->second);
    last_ = victim->first;
    pool_.release(victim->first);
    live_.erase(victim);
  }

  void reserve(std::size_t slots) {
    if constexpr (requires(Pool & pool) { pool.reserve(slots); }) {
      const bool possible = pool_.try_reserve(slots);
      ASSERT_EQ(possible, slots <= pool_.maximum());
      ASSERT_TRUE(!possible || pool_.capacity() >= slots);
    }
  }

  // Iteration sees exactly the model, in the model's order.
  void compare() {
    ASSERT_TRUE(pool_.verify());
    auto expected = live_.begin();
    pool_.for_each([&](record& each) {
      ASSERT_NE(expected, live_.end());
      ASSERT_EQ(&each, expected->first);
      ASSERT_EQ(each.words[6], expected->second);
      ++expected;
    });
    ASSERT_EQ(expected, live_.end());
  }

  Pool pool_;
  std::map<record*, unsigned> live_;
  record* last_ = nullptr;
  std::mt19937 random_;
};

TEST(pool_model, fixed_pools_agree) {
  model<fixed_pool<record>>({.capacity = 500}).run(1);
  model<fixed_pool<record, stack_slots>>({.capacity = 500}).run(2);
  model<fixed_pool<record, bitmap_slots>>({.capacity = 500}).run(3);
  model<fixed_pool<record, unchecked_release>>({.capacity = 500}).run(8);
  model<fixed_pool<record, stack_slots, unchecked_release>>({.capacity = 500}).run(9);
}

TEST(pool_model, growing_pools_agree) {
  model<growing_pool<record>>({}).run(4);
  model<growing_pool<record, stack_slots>>({.growth = pool_growth::linear(33), .retain = 20})
      .run(5);
  model<growing_pool<record, bitmap_slots>>({.growth = pool_growth::linear(100), .retain = 0})
      .run(6);
  model<growing_pool<record>>({.maximum = 900, .growth = pool_growth::linear(7), .retain = 30})
      .run(7);
  model<growing_pool<record, unchecked_release>>({}).run(10);
  model<growing_pool<record, unchecked_release>>({.growth = pool_growth::linear(9), .retain = 30})
      .run(11);
}

}  // namespace
}  // namespace strata
