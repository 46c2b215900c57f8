// Records by address, with and without memory to grow.
#include "adaptor/checked_table.hpp"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>
#include <vector>

#include <strata/adaptor/failing.hpp>

namespace strata::core {
namespace {

std::byte* at(std::uintptr_t address) { return reinterpret_cast<std::byte*>(address); }

TEST(checked_table, agrees_with_a_map_over_random_operations) {
  checked_table table(*std::pmr::new_delete_resource());
  std::unordered_map<std::uintptr_t, checked_block*> model;
  std::mt19937 random(17);
  for (int step = 0; step < 30000; ++step) {
    const std::uintptr_t address = (random() % 4000 + 1) * 16;
    const auto known = model.find(address);
    ASSERT_EQ(table.find(at(address)), known == model.end() ? nullptr : known->second);
    if (known == model.end()) {
      model[address] = table.insert(at(address));
      ASSERT_EQ(model[address]->user, at(address));
    } else if (random() % 3 == 0) {
      table.erase(*known->second);
      model.erase(known);
    }
    ASSERT_EQ(table.size(), model.size());
  }
  std::size_t visited = 0;
  table.for_each([&](const checked_block& block) {
    EXPECT_TRUE(model.contains(reinterpret_cast<std::uintptr_t>(block.user)));
    return ++visited != 0;
  });
  EXPECT_EQ(visited, model.size());
}

// What was refused is not there; everything else is.
TEST(checked_table, each_refusal_leaves_it_whole) {
  for (std::uint64_t refused = 1; refused < 16; ++refused) {
    failing memory(*std::pmr::new_delete_resource(), {.nth = refused});
    checked_table table(memory);
    std::vector<bool> entered;
    for (std::uintptr_t i = 0; i < 3000; ++i)
      entered.push_back(table.insert(at(16 + i)) != nullptr);
    EXPECT_GE(table.size(), 2999u) << "one refusal costs one record at most";
    for (std::uintptr_t i = 0; i < 3000; ++i) {
      ASSERT_EQ(table.find(at(16 + i)) != nullptr, entered[i]) << refused;
    }
  }
}

TEST(checked_table, without_memory_it_is_empty) {
  checked_table table(*std::pmr::null_memory_resource());
  EXPECT_EQ(table.insert(at(16)), nullptr);
  EXPECT_EQ(table.find(at(16)), nullptr);
  EXPECT_EQ(table.size(), 0u);
}

}  // namespace
}  // namespace strata::core
