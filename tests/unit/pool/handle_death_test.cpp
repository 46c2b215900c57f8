// How mistakes with shared and weak handles end: each with one line that names it.
#include <strata/pool/counted_pool.hpp>
#include <strata/pool/shared_handle.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <new>
#include <optional>

#include "counted_object.hpp"
#include "simple_pool.hpp"
#include "support/opaque.hpp"

namespace strata {
namespace {

using test::counted_object;
using pool_type = counted_pool<counted_object, plain_counts,
                               test::simple_pool<shared_slot<counted_object, plain_counts>>>;
using handle = pool_type::handle_type;

TEST(handle_death, a_pool_that_ends_before_its_owners) {
  EXPECT_DEATH(
      {
        std::optional<pool_type> pool(std::in_place, 2u);
        const handle one = pool->make();
        pool.reset();
      },
      "strata: fatal: pool ended before its handles: handles still refer to 1 slots of the pool");
}

TEST(handle_death, a_pool_that_ends_before_its_observers) {
  EXPECT_DEATH(
      {
        std::optional<pool_type> pool(std::in_place, 2u);
        const weak_handle<counted_object> seen = pool->make();
        pool.reset();
      },
      "strata: fatal: pool ended before its handles");
}

TEST(handle_death, a_slot_that_is_released_behind_the_handles_back) {
  pool_type pool(2u);
  const handle one = pool.make();
  const weak_handle<counted_object> seen = one;
  EXPECT_DEATH(
      { pool.pool().release(shared_slot<counted_object, plain_counts>::of(one.get())); },
      "strata: fatal: slot ended before its handles: .* while 1 shared and 1 weak handles");
}

TEST(handle_death, an_object_of_another_pool) {
  pool_type pool(1u);
  counted_object stranger;
  counted_object* const elsewhere = test::opaque(&stranger);
  EXPECT_DEATH(static_cast<void>(pool.handle_to(*elsewhere)), "strata: fatal: foreign object");
}

// A handle whose bytes were copied counts once and ends twice.
struct copied_handle {
  explicit copied_handle(const handle& original) { std::memcpy(bytes, &original, sizeof bytes); }

  handle& get() { return *std::launder(reinterpret_cast<handle*>(bytes)); }

  alignas(handle) unsigned char bytes[sizeof(handle)];
};

TEST(handle_death, a_handle_that_is_dropped_twice) {
  pool_type pool(1u);
  handle one = pool.make();
  const weak_handle<counted_object> seen = one;
  copied_handle copy(one);
  one.reset();
  EXPECT_DEATH(copy.get().reset(), "strata: fatal: dead handle: .*destroyed twice");
}

TEST(handle_death, a_dead_handle_that_is_copied) {
  pool_type pool(1u);
  handle one = pool.make();
  const weak_handle<counted_object> seen = one;
  copied_handle copy(one);
  one.reset();
  EXPECT_DEATH(handle(copy.get()), "strata: fatal: dead handle");
}

// The word of a policy that already counts nearly as many handles as may be.
template <std::uint64_t Start>
struct nearly_full : plain_counts::word {
  explicit nearly_full(std::uint64_t) noexcept : plain_counts::word(Start) {}
};

constexpr std::uint64_t shared_most = (std::uint64_t{1} << 31) - 1;
constexpr std::uint64_t weak_most = shared_most << 32;

TEST(handle_death, more_handles_than_can_be_counted) {
  const char* const diagnosis = "strata: fatal: too many handles: 2147483648 handles";
  using shared_counts = detail::slot_counts<nearly_full<shared_most + (std::uint64_t{1} << 32)>>;
  shared_counts shared;
  shared.add_shared();
  EXPECT_EQ(shared.shared(), shared_most + 1);
  EXPECT_DEATH(shared.add_shared(), diagnosis);
  EXPECT_DEATH(static_cast<void>(shared.try_add_shared()), diagnosis);

  detail::slot_counts<nearly_full<weak_most + 1>> weak;
  weak.add_weak();
  EXPECT_DEATH(weak.add_weak(), diagnosis);
}

TEST(handle_death, counts_that_know_no_handle_any_more) {
  const char* const diagnosis = "strata: fatal: dead handle";
  detail::slot_counts<nearly_full<0>> none;
  EXPECT_TRUE(none.none());
  EXPECT_FALSE(none.try_add_shared());
  EXPECT_DEATH(none.add_shared(), diagnosis);
  EXPECT_DEATH(none.add_weak(), diagnosis);
  EXPECT_DEATH(static_cast<void>(none.drop_shared()), diagnosis);
  EXPECT_DEATH(static_cast<void>(none.drop_weak()), diagnosis);
}

}  // namespace
}  // namespace strata
