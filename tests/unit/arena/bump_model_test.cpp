// Random work on bump regions of several policies, against a model that knows the
// contents of every live block; tests/fuzz/bump_player.hpp.
#include <strata/arena/bump_region.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "fuzz/bump_player.hpp"
#include "support/sanitized.hpp"

namespace strata::test {
namespace {

template <class Policy>
class bump_model : public testing::Test {};

struct dense : bump_policies::high_performance {
  static constexpr std::size_t alignment = 1;
  static constexpr std::size_t minimum_bytes = 5;
};
struct wide_and_zero : bump_policies::high_performance {
  static constexpr std::size_t alignment = 64;
  static constexpr bool zeroing = true;
};
struct wide_with_canaries : bump_policies::safety {
  static constexpr std::size_t alignment = 256;
};

using policies = testing::Types<bump_policies::high_performance, bump_policies::safety, dense,
                                wide_and_zero, wide_with_canaries>;
TYPED_TEST_SUITE(bump_model, policies);

TYPED_TEST(bump_model, random_work_agrees_with_its_model) {
  std::mt19937 random(2718);
  std::vector<std::uint8_t> input(4 * scaled(20000));
  for (int round = 0; round < 4; ++round) {
    for (std::uint8_t& byte : input) byte = static_cast<std::uint8_t>(random());
    EXPECT_NO_THROW(bump_player<TypeParam>().play(input)) << round;
  }
}

}  // namespace
}  // namespace strata::test
