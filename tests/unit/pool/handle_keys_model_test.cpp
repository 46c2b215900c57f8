// Random work on keyed_pool against a model that remembers every key ever made,
// and over memory that refuses, at every request.
#include <strata/pool/key.hpp>
#include <strata/pool/keyed_pool.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory_resource>
#include <new>
#include <random>
#include <vector>

#include "simple_pool.hpp"
#include "support/sanitized.hpp"

namespace strata {
namespace {

// Small enough that indices retire all the time: four bits of generation.
using short_lived = key<std::uint64_t, 32, 28>;
using pool_type = keyed_pool<std::uint64_t, short_lived, test::simple_pool<std::uint64_t>>;

constexpr std::size_t objects_max = 20;

struct model {
  std::map<short_lived, std::uint64_t> live;
  std::vector<short_lived> stale;

  short_lived any_live(std::mt19937& random) const {
    return std::next(live.begin(), static_cast<std::ptrdiff_t>(random() % live.size()))->first;
  }
};

void expect_agreement(pool_type& pool, const model& expected) {
  ASSERT_TRUE(pool.verify());
  ASSERT_EQ(pool.size(), expected.live.size());
  for (const auto& [key, value] : expected.live) ASSERT_EQ(pool.at(key), value);
  for (const short_lived key : expected.stale) ASSERT_EQ(pool.find(key), nullptr);
  std::map<short_lived, std::uint64_t> met;
  for (const auto [key, value] : pool) met.emplace(key, value);
  ASSERT_EQ(met, expected.live);
}

TEST(handle_keys_model, random_work_agrees_with_the_model) {
  pool_type pool(*std::pmr::new_delete_resource(), objects_max);
  model expected;
  std::mt19937 random(5);
  const std::size_t steps = test::scaled(40000);
  for (std::size_t step = 0; step < steps; ++step) {
    const auto choice = random() % 100;
    if (choice < 50) {
      const std::uint64_t value = random();
      const short_lived made = pool.try_insert(value);
      ASSERT_EQ(static_cast<bool>(made), expected.live.size() < objects_max);
      if (made) {
        ASSERT_TRUE(expected.live.emplace(made, value).second);
      }
    } else if (choice < 95 && !expected.live.empty()) {
      const short_lived gone = expected.any_live(random);
      ASSERT_TRUE(pool.erase(gone));
      expected.live.erase(gone);
      expected.stale.push_back(gone);
    } else if (choice < 99 && !expected.stale.empty()) {
      ASSERT_FALSE(pool.erase(expected.stale[random() % expected.stale.size()]));
    } else if (choice == 99 && random() % 10 == 0) {
      pool.clear();
      for (const auto& [key, value] : expected.live) expected.stale.push_back(key);
      expected.live.clear();
    }
    if (step % 1024 == 0) expect_agreement(pool, expected);
  }
  expect_agreement(pool, expected);
  EXPECT_GT(pool.retired(), 0u);
}

// Gives `granted` blocks, and then none.
class refusing_resource final : public std::pmr::memory_resource {
 public:
  explicit refusing_resource(int granted) : granted_(granted) {}

  [[nodiscard]] int outstanding() const { return outstanding_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (granted_ == 0) throw std::bad_alloc();
    --granted_;
    ++outstanding_;
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    --outstanding_;
    std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  int granted_;
  int outstanding_ = 0;
};

TEST(handle_keys_model, a_table_that_cannot_grow_changes_nothing) {
  for (int granted = 0; granted < 4; ++granted) {
    refusing_resource memory(granted);
    {
      pool_type pool(memory, 5000u);
      std::vector<short_lived> keys;
      while (const short_lived made = pool.try_insert(keys.size())) keys.push_back(made);
      EXPECT_EQ(keys.size(), granted == 0 ? 0u : 256u << (granted - 1));
      EXPECT_THROW(static_cast<void>(pool.insert(0u)), out_of_memory);
      EXPECT_THROW(pool.reserve_keys(5000), out_of_memory);
      EXPECT_EQ(pool.pool().size(), keys.size());
      EXPECT_TRUE(pool.verify());
      for (std::size_t i = 0; i < keys.size(); ++i) ASSERT_EQ(pool.at(keys[i]), i);
    }
    EXPECT_EQ(memory.outstanding(), 0);
  }
}

}  // namespace
}  // namespace strata
