// Ten thousand guarded stacks at once, and what the kernel keeps for them.
#include <strata/stack/stack_pool.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "os/os.hpp"
#include "support/sanitized.hpp"
#include "support/unsanitized.hpp"

namespace strata::test {
namespace {

std::size_t mappings_now() {
  std::ifstream maps("/proc/self/maps");
  return static_cast<std::size_t>(
      std::count(std::istreambuf_iterator<char>(maps), std::istreambuf_iterator<char>(), '\n'));
}

[[nodiscard]] bool has_guard_regions() {
  using os = strata::os::platform;
  const std::size_t bytes = 2 * os::page_size();
  void* const range = os::reserve(bytes, os::page_size(), strata::os::initial_access::none);
  const bool installs = os::commit(range, bytes) && os::install_guard(range, os::page_size()) ==
                                                        strata::os::guard_kind::installed;
  os::release(range, bytes);
  return installs;
}

TEST(many_stacks, ten_thousand_guarded_ones_live_in_few_mappings) {
  constexpr std::size_t count = 10'000;
  std::vector<stack> stacks;
  stacks.reserve(count);
  const std::size_t before = mappings_now();
  stack_pool pool;
  for (std::size_t i = 0; i < count; ++i) {
    stacks.push_back(pool.get());
    overwrite(static_cast<std::byte*>(stacks.back().top()) - 1);
  }
  const std::size_t used = mappings_now() - before;
  const stack_pool_statistics now = pool.statistics();
  EXPECT_LE(used, now.mappings + 8) << "the array of stacks, and what tools map";
  EXPECT_LE(now.mappings, has_guard_regions() ? 100U : 2 * (count + now.groups) + now.groups);
  EXPECT_EQ(pool.residency().active_bytes, count * strata::os::platform::page_size());
  EXPECT_DEATH(overwrite(static_cast<std::byte*>(stacks[count / 2].base) - 1), "");
  for (const stack& each : stacks) pool.put(each);
  EXPECT_EQ(pool.trim(), count);
  EXPECT_EQ(pool.statistics().groups, 0U);
}

}  // namespace
}  // namespace strata::test
