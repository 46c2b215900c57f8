// Leaks: who allocated what still lives, and what is said of it at the end.
#include <strata/adaptor/checked.hpp>

#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

#include "unit/adaptor/debug_errors.hpp"
#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

using test::debug_errors;
using test::strict_upstream;
using testing::HasSubstr;
using testing::IsEmpty;

// Two call sites, each a function of its own.
[[gnu::noinline]] void* small_site(checked& from) {
  void* const block = from.allocate(10);
  asm volatile("" : : "r"(block));
  return block;
}

[[gnu::noinline]] void* large_site(checked& from) {
  void* const block = from.allocate(1000);
  asm volatile("" : : "r"(block));
  return block;
}

// One stack for each function: the loop is the only caller.
void leak_some(checked& from) {
  for (int i = 0; i < 5; ++i) {
    static_cast<void>(small_site(from));
    if (i < 2) static_cast<void>(large_site(from));
  }
}

std::vector<leak_site> sites_of(const checked& resource) {
  std::vector<leak_site> sites;
  resource.visit_leaks([&](const leak_site& site) { sites.push_back(site); });
  return sites;
}

class checked_leaks_test : public testing::Test {
 protected:
  strict_upstream upstream_;
  debug_errors errors_;
};

TEST_F(checked_leaks_test, live_blocks_are_grouped_by_call_site_most_bytes_first) {
  checked resource(errors_.handle({.upstream = &upstream_}));
  leak_some(resource);
  const std::vector<leak_site> sites = sites_of(resource);
  ASSERT_EQ(sites.size(), 2u);
  EXPECT_EQ(sites[0].blocks, 2u);
  EXPECT_EQ(sites[0].bytes, 2000u);
  EXPECT_EQ(sites[1].blocks, 5u);
  EXPECT_EQ(sites[1].bytes, 50u);
  EXPECT_NE(sites[0].allocated.front(), sites[1].allocated.front());
}

TEST_F(checked_leaks_test, what_was_freed_is_no_leak) {
  checked resource(errors_.handle({.upstream = &upstream_}));
  void* const block = small_site(resource);
  resource.deallocate(block, 10);
  EXPECT_THAT(sites_of(resource), IsEmpty());
}

TEST_F(checked_leaks_test, the_first_call_is_the_programs_own) {
  checked resource(errors_.handle({.upstream = &upstream_}));
  static_cast<void>(large_site(resource));
  const std::vector<leak_site> sites = sites_of(resource);
  ASSERT_EQ(sites.size(), 1u);
  const auto call = reinterpret_cast<std::uintptr_t>(sites[0].allocated.front());
  const auto entry = reinterpret_cast<std::uintptr_t>(&large_site);
  EXPECT_GT(call, entry);
  EXPECT_LT(call, entry + 512);
}

TEST_F(checked_leaks_test, calls_through_the_standard_interface_are_the_programs_own_too) {
  checked resource(errors_.handle({.upstream = &upstream_}));
  std::pmr::memory_resource& base = resource;
  void* const block = base.allocate(100);
  std::ostringstream report;
  resource.leak_report(report);
  EXPECT_THAT(report.str(), testing::Not(HasSubstr("checked::do_allocate")));
  base.deallocate(block, 100);
}

TEST_F(checked_leaks_test, the_report_counts_and_names) {
  checked resource(errors_.handle({.upstream = &upstream_, .name = "leaky"}));
  leak_some(resource);
  std::ostringstream report;
  resource.leak_report(report);
  const std::string text = report.str();
  EXPECT_THAT(text, HasSubstr("'leaky' holds 2050 bytes in 7 blocks, from 2 call sites\n"));
  EXPECT_THAT(text, HasSubstr("  2000 bytes in 2 blocks, allocated in:\n    #0 "));
  EXPECT_LT(text.find("2000 bytes"), text.find("  50 bytes in 5 blocks"));
  EXPECT_THAT(text, HasSubstr("large_site(strata::checked&)+0x"));
  EXPECT_THAT(text, HasSubstr("small_site(strata::checked&)+0x"));
}

TEST_F(checked_leaks_test, a_handler_gets_each_site_at_the_end) {
  {
    checked resource(errors_.handle({.upstream = &upstream_}));
    leak_some(resource);
  }
  const auto found = errors_.take();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].error.kind, debug_error_kind::leak);
  EXPECT_EQ(found[0].error.blocks, 2u);
  EXPECT_EQ(found[0].error.bytes, 2000u);
  EXPECT_GT(found[0].calls_allocated, 0u);
  EXPECT_THAT(found[0].text, HasSubstr("leak: 2 blocks of one call site, 2000 bytes"));
  EXPECT_TRUE(upstream_.live().empty()) << "they go back to the upstream all the same";
}

TEST_F(checked_leaks_test, without_a_handler_the_report_is_written_and_the_program_goes_on) {
  std::ostringstream output;
  {
    checked resource({.upstream = &upstream_, .output = &output});
    static_cast<void>(large_site(resource));
  }
  EXPECT_THAT(output.str(), HasSubstr("holds 1000 bytes in 1 block, from 1 call site"));
}

TEST_F(checked_leaks_test, stderr_is_where_it_is_written_by_default) {
  testing::internal::CaptureStderr();
  {
    checked resource({.upstream = &upstream_});
    static_cast<void>(large_site(resource));
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("1000 bytes in 1 block"));
}

TEST_F(checked_leaks_test, nothing_is_written_where_nothing_leaked) {
  std::ostringstream output;
  {
    checked resource({.upstream = &upstream_, .output = &output});
    resource.deallocate(resource.allocate(10), 10);
  }
  EXPECT_THAT(output.str(), IsEmpty());
}

}  // namespace
}  // namespace strata
