// What is said of machines that we do not have, and what is read of the one we have.
#include "doctor/machine_checks.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace strata::tool {
namespace {

constexpr std::uint64_t mib = 1 << 20;

machine_facts ordinary() {
  machine_facts facts;
  facts.page_bytes = 4096;
  facts.memory_bytes = 8192 * mib;
  facts.guard = os::guard_kind::installed;
  facts.huge_pages = "madvise";
  facts.huge_defrag = "madvise";
  facts.map_count_max = 65530;
  facts.overcommit = 0;
  facts.pressure_known = true;
  return facts;
}

// The only finding that is not ok.
finding remark_on(const machine_facts& facts) {
  findings found = check_machine_facts(facts);
  std::erase_if(found, [](const finding& each) { return each.result == verdict::ok; });
  if (found.size() == 1) return found[0];
  ADD_FAILURE() << found.size() << " remarks";
  return {};
}

void expect_note(const machine_facts& facts, const std::string& check, const std::string& part) {
  const finding remark = remark_on(facts);
  EXPECT_EQ(remark.result, verdict::note);
  EXPECT_EQ(remark.check, check);
  EXPECT_NE(remark.meaning.find(part), std::string::npos) << remark.meaning;
  EXPECT_FALSE(remark.advice.empty());
}

TEST(machine_checks, an_ordinary_machine_is_fine) {
  for (const finding& each : check_machine_facts(ordinary())) {
    EXPECT_EQ(each.result, verdict::ok) << each.check;
  }
}

TEST(machine_checks, limits_of_the_process) {
  machine_facts facts = ordinary();
  facts.address_limit = 512 * mib;
  expect_note(facts, "address space", "512.0 MiB");
  facts.address_limit = 4 * mib;
  EXPECT_EQ(remark_on(facts).result, verdict::problem);
  facts = ordinary();
  facts.data_limit = 64 * mib;
  expect_note(facts, "data limit", "64.0 MiB");
}

TEST(machine_checks, memory_that_is_promised_strictly) {
  machine_facts facts = ordinary();
  facts.overcommit = 1;
  EXPECT_EQ(check_machine_facts(facts)[3].result, verdict::ok);
  facts.overcommit = 2;
  facts.commit_limit = 200 * mib;
  facts.committed = 100 * mib;
  expect_note(facts, "overcommit", "100.0 MiB left");
  facts.committed = 300 * mib;
  expect_note(facts, "overcommit", "0 B left");
  EXPECT_NE(remark_on(facts).advice.find("little is left"), std::string::npos);
}

TEST(machine_checks, few_mappings) {
  machine_facts facts = ordinary();
  facts.map_count_max = 4096;
  expect_note(facts, "mappings", "4,096");
}

TEST(machine_checks, huge_pages) {
  machine_facts facts = ordinary();
  facts.huge_pages = "always";
  expect_note(facts, "huge pages", "always");
  facts.huge_pages = "never";
  expect_note(facts, "huge pages", "never");
  facts = ordinary();
  facts.huge_forbidden = true;
  expect_note(facts, "huge pages", "forbidden");
}

TEST(machine_checks, guards) {
  machine_facts facts = ordinary();
  facts.guard = os::guard_kind::protected_;
  expect_note(facts, "guard pages", "6.13");
  facts.guard = os::guard_kind::none;
  expect_note(facts, "guard pages", "refused");
}

TEST(machine_checks, a_container_and_more) {
  machine_facts facts = ordinary();
  facts.group = {.limit = 256 * mib, .usage = 64 * mib};
  expect_note(facts, "control group", "64.0 MiB of 256.0 MiB");
  facts = ordinary();
  facts.pressure_known = false;
  expect_note(facts, "pressure", "does not");
  facts = ordinary();
  facts.randomised = false;
  expect_note(facts, "layout", "same");
  facts = ordinary();
  facts.nodes = 2;
  expect_note(facts, "nodes", "2 NUMA nodes");
}

TEST(machine, this_one_can_be_read) {
  const machine_facts facts = read_machine();
  EXPECT_EQ(facts.page_bytes, os::platform::page_size());
  EXPECT_GT(facts.memory_bytes, facts.page_bytes);
  EXPECT_GE(facts.nodes, 1u);
}

TEST(machine, modes_and_lists_are_taken_apart) {
  EXPECT_EQ(chosen_word("always [madvise] never\n"), "madvise");
  for (const char* odd : {"", "[", "]always[", "never"}) EXPECT_EQ(chosen_word(odd), "") << odd;
  EXPECT_EQ(count_of_list("0\n"), 1u);
  EXPECT_EQ(count_of_list("0-3,8,10-11\n"), 7u);
  for (const char* odd : {"", "\n", "x", "3-1"}) EXPECT_EQ(count_of_list(odd), 1u) << odd;
  EXPECT_EQ(bytes_after("A: 1 kB\nCommitLimit:    12 kB\n", "CommitLimit:"), 12u * 1024);
  EXPECT_EQ(bytes_after("CommitLimit:\nB: 5 kB\n", "CommitLimit:"), 0u);
  EXPECT_EQ(bytes_after("", "CommitLimit:"), 0u);
}

}  // namespace
}  // namespace strata::tool
