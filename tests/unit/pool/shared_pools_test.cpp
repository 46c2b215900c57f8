// What thread_safe_pool and lock_free_pool have in common, on one thread.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include "unit/pool/shared_pools_fixture.hpp"

namespace strata::test {
namespace {

template <class Kind>
class shared_pools : public testing::Test {
 protected:
  template <class T>
  using pool_of = typename Kind::template pool<T>;
};

using kinds = testing::Types<thread_safe_kind, spinning_kind, bounded_kind, lock_free_kind>;
TYPED_TEST_SUITE(shared_pools, kinds);

TYPED_TEST(shared_pools, objects_are_made_and_taken_back) {
  using object = painted<6>;
  {
    typename TestFixture::template pool_of<object> pool(TypeParam::options());
    object* const first = pool.try_emplace(1u);
    object& second = pool.emplace(2u);
    ASSERT_NE(first, nullptr);
    EXPECT_TRUE(first->intact(1));
    EXPECT_TRUE(second.intact(2));
    EXPECT_EQ(pool.size(), 2u);
    EXPECT_TRUE(pool.owns(first));
    EXPECT_TRUE(pool.owns(&second.words[5]));
    EXPECT_FALSE(pool.owns(&pool));
    pool.release(first);
    pool.release(nullptr);
    EXPECT_EQ(pool.size(), 1u);
    EXPECT_EQ(object::live, 1);
  }
  EXPECT_EQ(object::live, 0) << "the pool's end destroys what lives";
}

TYPED_TEST(shared_pools, random_work_agrees_with_its_model) {
  using object = painted<6>;
  typename TestFixture::template pool_of<object> pool(TypeParam::options());
  std::vector<std::pair<object*, std::uint64_t>> model;
  std::mt19937_64 random(4711);
  for (int step = 0; step < 30000; ++step) {
    const bool growing = step / 3000 % 2 == 0;
    if (model.empty() || (model.size() < 1500 && random() % 8 < (growing ? 6u : 2u))) {
      const std::uint64_t value = random();
      object* const made = pool.try_emplace(value);
      ASSERT_NE(made, nullptr) << model.size();
      model.emplace_back(made, value);
    } else {
      std::swap(model[random() % model.size()], model.back());
      ASSERT_TRUE(model.back().first->intact(model.back().second));
      pool.release(model.back().first);
      model.pop_back();
    }
    if (step % 1000 == 0) {
      ASSERT_EQ(pool.size(), model.size());
    }
  }
  for (const auto& [made, value] : model) EXPECT_TRUE(made->intact(value));
  EXPECT_EQ(object::live, static_cast<std::ptrdiff_t>(model.size()));
  pool.clear();
  EXPECT_EQ(object::live, 0);
  EXPECT_EQ(pool.size(), 0u);
}

TYPED_TEST(shared_pools, every_alignment_is_kept) {
  const auto aligned = []<std::size_t Alignment>() {
    using object = painted<1, Alignment>;
    typename TestFixture::template pool_of<object> pool(TypeParam::options());
    for (std::uint64_t count = 0; count < 100; ++count) {
      object& made = pool.emplace(count);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&made) % Alignment, 0u);
    }
  };
  aligned.template operator()<8>();
  aligned.template operator()<64>();
  aligned.template operator()<4096>();
}

TYPED_TEST(shared_pools, small_objects_are_served) {
  typename TestFixture::template pool_of<char> pool(TypeParam::options());
  std::set<char*> places;
  for (int count = 0; count < 1000; ++count) places.insert(pool.try_emplace('x'));
  EXPECT_EQ(places.size(), 1000u);
  for (char* const place : places) {
    EXPECT_EQ(*place, 'x');
    pool.release(place);
  }
}

TYPED_TEST(shared_pools, a_constructor_that_throws_leaves_the_pool_as_it_was) {
  typename TestFixture::template pool_of<thrower> pool(TypeParam::options());
  for (int count = 0; count < 3000; ++count) {
    EXPECT_THROW((void)pool.try_emplace(true), std::runtime_error);
    EXPECT_THROW(pool.emplace(true), std::runtime_error);
  }
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_NE(pool.try_emplace(false), nullptr);
}

// Whoever left the second word of an object as it was found could be taken for free.
TYPED_TEST(shared_pools, an_object_that_initialises_nothing_is_live) {
  struct bare {
    bare() {}  // NOLINT(modernize-use-equals-default): leaves the words as they are
    std::uint64_t words[4];
  };
  typename TestFixture::template pool_of<bare> pool(TypeParam::options());
  for (int round = 0; round < 1000; ++round) pool.release(pool.try_emplace());
  EXPECT_EQ(pool.size(), 0u);
}

TYPED_TEST(shared_pools, every_refusal_of_the_upstream_is_survived) {
  using object = painted<6>;
  for (std::size_t refused = 0;; ++refused) {
    refusing_upstream upstream(refused);
    bool was_refused = false;
    try {
      typename TestFixture::template pool_of<object> pool(TypeParam::options(&upstream));
      for (std::uint64_t count = 0; count < 2000; ++count) {
        object* const made = pool.try_emplace(count);
        was_refused |= made == nullptr;
      }
      EXPECT_EQ(pool.size(), static_cast<std::size_t>(object::live.load()));
    } catch (const out_of_memory&) {
      was_refused = true;
    }
    EXPECT_EQ(object::live, 0);
    EXPECT_EQ(upstream.live_bytes(), 0u);
    EXPECT_EQ(was_refused, upstream.requests() > refused);
    if (!was_refused) break;
  }
}

TYPED_TEST(shared_pools, a_limit_refuses_and_names_the_account) {
  auto options = TypeParam::options();
  options.name = "limited";
  options.limit = 4096;
  try {
    typename TestFixture::template pool_of<painted<6>> pool(options);
    pool.emplace(1u);
    ADD_FAILURE() << "the limit did not take effect";
  } catch (const out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "limited");
  }
}

TYPED_TEST(shared_pools, chunks_are_charged_to_the_account) {
  const strata::account parent({.name = "parent"});
  auto options = TypeParam::options();
  options.name = "charged";
  options.parent = &parent;
  {
    typename TestFixture::template pool_of<painted<6>> pool(options);
    pool.emplace(1u);
    ASSERT_TRUE(pool.account().has_value());
    EXPECT_EQ(pool.account()->name(), "charged");
    EXPECT_GT(parent.usage(), 0u);
  }
  EXPECT_EQ(parent.usage(), 0u);
}

TYPED_TEST(shared_pools, an_upstream_is_charged_only_where_a_name_is_given) {
  refusing_upstream upstream;
  typename TestFixture::template pool_of<painted<6>> plain(TypeParam::options(&upstream));
  EXPECT_FALSE(plain.account().has_value());
  auto options = TypeParam::options(&upstream);
  options.name = "named";
  typename TestFixture::template pool_of<painted<6>> named(options);
  named.emplace(1u);
  EXPECT_GT(named.account()->usage(), 0u);
}

template <class Kind>
class shared_pools_death : public shared_pools<Kind> {};
TYPED_TEST_SUITE(shared_pools_death, kinds);

TYPED_TEST(shared_pools_death, a_second_release_ends_the_program) {
  typename TestFixture::template pool_of<painted<6>> pool(TypeParam::options());
  auto* const object = pool.try_emplace(1u);
  pool.release(object);
  EXPECT_DEATH(pool.release(object), "double release");
}

TYPED_TEST(shared_pools_death, a_pointer_that_is_no_object_ends_the_program) {
  using object = painted<6>;
  typename TestFixture::template pool_of<object> pool(TypeParam::options());
  typename TestFixture::template pool_of<object> other(TypeParam::options());
  object* const live = pool.try_emplace(1u);
  object outside(1);
  EXPECT_DEATH(pool.release(&outside), "foreign release");
  EXPECT_DEATH(pool.release(other.try_emplace(1u)), "foreign release");
  EXPECT_DEATH(pool.release(reinterpret_cast<object*>(&live->words[1])), "foreign release");
}

}  // namespace
}  // namespace strata::test
