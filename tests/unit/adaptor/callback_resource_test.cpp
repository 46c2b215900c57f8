#include <strata/adaptor/callback_resource.hpp>

#include <gtest/gtest.h>

#include <cstdint>

#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

using test::strict_upstream;

void* from_upstream(void* state, std::size_t bytes, std::size_t alignment) {
  auto& upstream = *static_cast<strict_upstream*>(state);
  return upstream.refuses ? nullptr : upstream.allocate(bytes, alignment);
}

void to_upstream(void* state, void* block, std::size_t bytes, std::size_t alignment) {
  static_cast<strict_upstream*>(state)->deallocate(block, bytes, alignment);
}

callbacks over(strict_upstream& upstream) {
  return {.allocate = from_upstream, .deallocate = to_upstream, .state = &upstream};
}

TEST(callback_resource, passes_sizes_alignments_and_state) {
  strict_upstream upstream;
  callback_resource resource(over(upstream));
  void* const block = resource.allocate(100, 64);
  ASSERT_TRUE(upstream.owns(block));
  EXPECT_EQ(upstream.live().at(block).bytes, 100u);
  EXPECT_EQ(upstream.live().at(block).alignment, 64u);
  resource.deallocate(block, 100, 64);
}

TEST(callback_resource, nullptr_is_a_refusal) {
  strict_upstream upstream;
  upstream.refuses = true;
  callback_resource resource(over(upstream));
  EXPECT_EQ(resource.try_allocate(10), nullptr);
  EXPECT_THROW(static_cast<void>(resource.allocate(10)), out_of_memory);
}

TEST(callback_resource, the_function_is_never_asked_to_free_nullptr) {
  callback_resource resource(
      {.allocate = from_upstream,
       .deallocate = [](void*, void*, std::size_t, std::size_t) { FAIL(); }});
  resource.deallocate(nullptr, 10);
}

TEST(callback_resource, is_equal_by_functions_and_state) {
  strict_upstream upstream;
  strict_upstream other_upstream;
  callback_resource resource(over(upstream));
  EXPECT_TRUE(resource.is_equal(callback_resource(over(upstream))));
  EXPECT_FALSE(resource.is_equal(callback_resource(over(other_upstream))));
  EXPECT_FALSE(resource.is_equal(*std::pmr::new_delete_resource()));
}

TEST(callback_resource, a_missing_function_ends_the_program) {
  EXPECT_DEATH(callback_resource({.deallocate = to_upstream}),
               "missing callback: a callback resource was given no function \"allocate\"");
  EXPECT_DEATH(callback_resource({.allocate = from_upstream}),
               "missing callback: a callback resource was given no function \"deallocate\"");
}

TEST(callback_resource, a_misaligned_block_ends_the_program) {
  callback_resource resource(
      {.allocate = [](void*, std::size_t,
                      std::size_t) { return reinterpret_cast<void*>(std::uintptr_t{0x1008}); },
       .deallocate = to_upstream});
  EXPECT_EQ(resource.try_allocate(1, 8), reinterpret_cast<void*>(std::uintptr_t{0x1008}));
  EXPECT_DEATH(static_cast<void>(resource.try_allocate(1, 16)),
               "misaligned callback block: .* multiple of 16 and its function returned 0x1008");
}

}  // namespace
}  // namespace strata
