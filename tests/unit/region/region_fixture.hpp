// A fresh machine per test, which must not have been misused at its end.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "os/fake.hpp"
#include "region/region.hpp"

namespace strata::test {

class region_fixture : public testing::Test {
 protected:
  using os = strata::os::fake_os;

  region_fixture() {
    os::start();
    os::reset();
  }
  ~region_fixture() override {
    EXPECT_EQ(os::violations(), std::vector<std::string>{});
    os::reset();
  }

  // Under a limit the window is claimed piece by piece, not reserved at once.
  static void limit_address_space(std::size_t bytes) { os::facts().address_space_limit = bytes; }
};

}  // namespace strata::test
