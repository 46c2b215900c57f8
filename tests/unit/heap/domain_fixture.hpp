// Regions and tables without any heap: for tests of the tiers below tier 5.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "heap/domain.hpp"
#include "os/fake.hpp"

namespace strata::test {

class domain_fixture : public testing::Test {
 protected:
  using os = strata::os::fake_os;
  using domain = core::basic_domain<os>;

  domain_fixture() {
    os::start();
    os::reset();
  }
  ~domain_fixture() override {
    EXPECT_TRUE(domain_.regions.invariant());
    EXPECT_EQ(os::violations(), std::vector<std::string>{});
    os::reset();
  }

  void SetUp() override {
    base::settings settings;
    settings.reserve = base::gib;
    ASSERT_TRUE(domain_.start(settings));
  }

  [[nodiscard]] std::byte* address_of(const core::slab& record) const {
    return domain_.slabs.address_of(record);
  }

  core::basic_account_tree<os> accounts_;
  domain domain_{accounts_};
};

}  // namespace strata::test
