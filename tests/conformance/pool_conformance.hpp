// What every typed pool promises, once. A test instantiates the suite over types
// like this one:
//
//   struct my_pool {
//     strata::fixed_pool<conformance_object> pool{{.capacity = 300}};
//     static constexpr std::size_t bound = 300;  // most objects at once; 0: unbounded
//   };
//
// A bound is at least 200.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <random>
#include <vector>

#include <strata/pool/pool_concepts.hpp>
#include <strata/pool/pool_error.hpp>

namespace strata::test {

struct refusing_constructor {};

// Knows where it was made and what it should hold, and how many of its kind live.
// It neither copies nor moves, so that no pool can do so behind its back.
class conformance_object {
 public:
  static inline int live = 0;
  static inline int made = 0;

  explicit conformance_object(unsigned value) : self_(this) {
    pattern_.fill(value);
    ++live;
    ++made;
  }
  explicit conformance_object(refusing_constructor) { throw 42; }
  conformance_object(const conformance_object&) = delete;
  conformance_object& operator=(const conformance_object&) = delete;
  ~conformance_object() {
    EXPECT_TRUE(is_whole(pattern_[0])) << "destroyed twice, or overwritten";
    self_ = nullptr;
    --live;
  }

  [[nodiscard]] bool is_whole(unsigned value) const {
    return self_ == this && std::all_of(pattern_.begin(), pattern_.end(),
                                        [&](unsigned each) { return each == value; });
  }

 private:
  const conformance_object* self_ = nullptr;
  std::array<unsigned, 10> pattern_{};
};

template <class UnderTest>
class pool_conformance : public testing::Test {
 protected:
  void SetUp() override {
    conformance_object::live = 0;
    conformance_object::made = 0;
    under_test_ = std::make_unique<UnderTest>();
  }
  void TearDown() override {
    under_test_.reset();
    EXPECT_EQ(conformance_object::live, 0) << "the pool's end ends its objects";
  }

  auto& pool() { return under_test_->pool; }
  void end_pool() { under_test_.reset(); }

  std::vector<conformance_object*> make(unsigned count) {
    std::vector<conformance_object*> objects;
    for (unsigned i = 0; i < count; ++i) objects.push_back(&pool().emplace(i));
    return objects;
  }

 private:
  std::unique_ptr<UnderTest> under_test_;
};

TYPED_TEST_SUITE_P(pool_conformance);

TYPED_TEST_P(pool_conformance, models_the_concept) {
  using pool_type = std::remove_reference_t<decltype(this->pool())>;
  static_assert(object_pool<pool_type>);
  static_assert(pool_for<pool_type, unsigned>);
}

TYPED_TEST_P(pool_conformance, objects_are_apart_aligned_owned_and_counted) {
  auto objects = this->make(150);
  EXPECT_EQ(this->pool().size(), 150u);
  EXPECT_GE(this->pool().capacity(), 150u);
  std::sort(objects.begin(), objects.end());
  for (std::size_t i = 0; i < objects.size(); ++i) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(objects[i]) % alignof(conformance_object), 0u);
    EXPECT_TRUE(this->pool().owns(objects[i]));
    if (i != 0) {
      EXPECT_LE(objects[i - 1] + 1, objects[i]);
    }
  }
  const int outside = 0;
  EXPECT_FALSE(this->pool().owns(&outside));
  EXPECT_FALSE(this->pool().owns(nullptr));
}

TYPED_TEST_P(pool_conformance, objects_keep_their_contents_in_any_order_of_death) {
  std::mt19937 random(99);
  std::vector<std::pair<conformance_object*, unsigned>> model;
  for (unsigned step = 0; step < 20000; ++step) {
    if (model.size() < 180 && random() % 2 == 0) {
      model.emplace_back(&this->pool().emplace(step), step);
    } else if (!model.empty()) {
      auto& victim = model[random() % model.size()];
      ASSERT_TRUE(victim.first->is_whole(victim.second));
      this->pool().release(victim.first);
      victim = model.back();
      model.pop_back();
    }
    ASSERT_EQ(this->pool().size(), model.size());
  }
  EXPECT_EQ(conformance_object::live, static_cast<int>(model.size()));
}

TYPED_TEST_P(pool_conformance, each_object_is_destroyed_once_by_release_or_by_the_end) {
  auto objects = this->make(120);
  for (std::size_t i = 0; i < 60; ++i) this->pool().release(objects[i]);
  EXPECT_EQ(conformance_object::live, 60);
  this->end_pool();
  EXPECT_EQ(conformance_object::live, 0);
  EXPECT_EQ(conformance_object::made, 120);
}

TYPED_TEST_P(pool_conformance, a_bound_refuses_by_value_and_by_exception) {
  if constexpr (TypeParam::bound != 0) {
    std::vector<conformance_object*> objects;
    while (conformance_object* made = this->pool().try_emplace(7u)) objects.push_back(made);
    EXPECT_EQ(objects.size(), TypeParam::bound);
    EXPECT_THROW(this->pool().emplace(7u), pool_exhausted);
    EXPECT_THROW(this->pool().emplace(7u), std::bad_alloc);
    EXPECT_EQ(conformance_object::live, static_cast<int>(TypeParam::bound));
    this->pool().release(objects.back());
    EXPECT_NE(this->pool().try_emplace(8u), nullptr);
    EXPECT_EQ(this->pool().try_emplace(8u), nullptr);
  }
}

TYPED_TEST_P(pool_conformance, a_constructor_that_throws_leaves_the_pool_as_it_was) {
  (void)this->make(100);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_THROW((void)this->pool().try_emplace(refusing_constructor{}), int);
    EXPECT_THROW(this->pool().emplace(refusing_constructor{}), int);
  }
  EXPECT_EQ(this->pool().size(), 100u);
  EXPECT_EQ(conformance_object::live, 100);
  if constexpr (TypeParam::bound != 0) {
    (void)this->make(static_cast<unsigned>(TypeParam::bound - 100));
    EXPECT_EQ(this->pool().try_emplace(1u), nullptr);
  }
}

TYPED_TEST_P(pool_conformance, wrong_pointers_end_the_program) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto objects = this->make(3);
  auto* const inside = reinterpret_cast<conformance_object*>(reinterpret_cast<char*>(objects[1]) +
                                                             sizeof(unsigned) * 2);
  EXPECT_DEATH(this->pool().release(inside), "strata: fatal: ");
  alignas(conformance_object) std::array<std::byte, sizeof(conformance_object)> elsewhere{};
  EXPECT_DEATH(this->pool().release(reinterpret_cast<conformance_object*>(elsewhere.data())),
               "strata: fatal: ");
  this->pool().release(objects[1]);
  EXPECT_DEATH(this->pool().release(objects[1]), "strata: fatal: ");
}

REGISTER_TYPED_TEST_SUITE_P(pool_conformance, models_the_concept,
                            objects_are_apart_aligned_owned_and_counted,
                            objects_keep_their_contents_in_any_order_of_death,
                            each_object_is_destroyed_once_by_release_or_by_the_end,
                            a_bound_refuses_by_value_and_by_exception,
                            a_constructor_that_throws_leaves_the_pool_as_it_was,
                            wrong_pointers_end_the_program);

}  // namespace strata::test
