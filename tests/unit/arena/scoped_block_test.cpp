// strata::scoped_block and scoped_rewind, over a bump region and other resources.
#include <strata/resource/scoped_block.hpp>

#include <strata/adaptor/fixed_buffer.hpp>
#include <strata/arena/bump_region.hpp>

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace strata::test {
namespace {

struct scoped_block_test : testing::Test {
  alignas(64) std::array<std::byte, 4096> buffer;
  strata::bump_region<> region{buffer, "under test"};
};

TEST_F(scoped_block_test, frees_at_the_end_of_the_scope) {
  {
    strata::scoped_block block(region, 100, 64);
    EXPECT_EQ(block.size(), 100u);
    EXPECT_EQ(block.bytes().data(), block.data());
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block.data()) % 64, 0u);
    EXPECT_GE(region.used(), 100u);
  }
  EXPECT_EQ(region.used(), 0u);
}

TEST_F(scoped_block_test, frees_when_the_scope_is_left_by_an_exception) {
  const auto leave = [&] {
    const strata::scoped_block block(region, 100);
    throw std::runtime_error("left");
  };
  EXPECT_THROW(leave(), std::runtime_error);
  EXPECT_EQ(region.used(), 0u);
}

TEST_F(scoped_block_test, moves_with_its_block) {
  strata::scoped_block first(region, 100);
  std::byte* const memory = first.data();
  strata::scoped_block second(std::move(first));
  EXPECT_EQ(second.data(), memory);
  EXPECT_EQ(region.used(), 112u);
  strata::scoped_block third(region, 10);
  third = std::move(second);
  EXPECT_EQ(third.data(), memory);
  EXPECT_EQ(third.size(), 100u);
  EXPECT_EQ(region.used(), 112u);
}

TEST_F(scoped_block_test, releases_to_the_caller) {
  void* memory = nullptr;
  {
    strata::scoped_block block(region, 100);
    memory = block.release();
    EXPECT_EQ(block.data(), nullptr);
    EXPECT_EQ(block.size(), 0u);
  }
  EXPECT_EQ(region.used(), 112u);
  region.deallocate(memory, 100);
}

TEST_F(scoped_block_test, stands_on_any_resource) {
  const strata::scoped_block on_the_default(*std::pmr::new_delete_resource(), 100);
  EXPECT_NE(on_the_default.data(), nullptr);
  strata::fixed_buffer<256> small;
  const strata::scoped_block on_a_buffer(small, 100);
  EXPECT_TRUE(small.owns(on_a_buffer.data()));
  EXPECT_THROW(strata::scoped_block(small, 1000), strata::range_full);
}

TEST_F(scoped_block_test, a_scoped_rewind_ends_all_that_came_since) {
  (void)region.allocate(100);
  {
    const strata::scoped_rewind outer(region);
    (void)region.allocate(100);
    {
      const strata::scoped_rewind inner(region);
      (void)region.allocate(1000);
    }
    EXPECT_EQ(region.used(), 224u);
  }
  EXPECT_EQ(region.used(), 112u);
}

}  // namespace
}  // namespace strata::test
