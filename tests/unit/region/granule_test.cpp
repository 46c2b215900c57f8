#include "region/granule.hpp"

#include <gtest/gtest.h>

namespace strata::core {
namespace {

TEST(granule, a_run_knows_its_end_and_its_bytes) {
  constexpr granule_run run{3, 4};
  EXPECT_EQ(run.end(), 7u);
  EXPECT_EQ(run.bytes(), 4 * granule_bytes);
  EXPECT_TRUE(run);
  EXPECT_FALSE((granule_run{9, 0}));
  EXPECT_EQ(run, (granule_run{3, 4}));
  EXPECT_NE(run, (granule_run{3, 5}));
}

TEST(granule, bytes_round_up_to_granules) {
  EXPECT_EQ(granules_for(0), 0u);
  EXPECT_EQ(granules_for(1), 1u);
  EXPECT_EQ(granules_for(granule_bytes), 1u);
  EXPECT_EQ(granules_for(granule_bytes + 1), 2u);
  EXPECT_EQ(granules_for(base::size_max), base::size_max / granule_bytes + 1);
}

}  // namespace
}  // namespace strata::core
