// The JSON report: its figures, and that every name of a figure ends in its unit.
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "report.hpp"
#include "synthetic_report.hpp"

namespace strata::tool {
namespace {

using json = nlohmann::ordered_json;
using test::synthetic_report;

// Names that are numbers of something, not amounts.
const std::set<std::string> unitless = {"schema_version", "pid", "exit_code", "signal", "class"};

bool ends_in_unit(const std::string& name) {
  return name.ends_with("_bytes") || name.ends_with("_count") || name.ends_with("_seconds");
}

void expect_units(const json& value, const std::string& name) {
  if (value.is_number()) {
    EXPECT_TRUE(ends_in_unit(name) || unitless.contains(name)) << name;
  }
  for (const auto& item : value.items()) {
    if (value.is_structured()) expect_units(item.value(), value.is_object() ? item.key() : name);
  }
}

TEST(report_json, names_carry_units) { expect_units(json_report(synthetic_report()), ""); }

TEST(report_json, starts_with_its_schema) {
  const json made = json_report(synthetic_report());
  EXPECT_EQ(made["kind"], "strata.report");
  EXPECT_EQ(made["schema_version"], 1);
  EXPECT_TRUE(made["strata_version"].is_string());
}

TEST(report_json, describes_the_program) {
  const json expected = json::parse(R"({"command": ["./server", "--port", "80"], "pid": 4711,
                                        "exit_code": 3, "signal": null, "signal_name": null})");
  EXPECT_EQ(json_report(synthetic_report())["program"], expected);
}

TEST(report_json, describes_a_death) {
  run_report report = synthetic_report();
  report.signal = SIGKILL;
  const json program = json_report(report)["program"];
  EXPECT_EQ(program["exit_code"], nullptr);
  EXPECT_EQ(program["signal"], SIGKILL);
  EXPECT_EQ(program["signal_name"], "SIGKILL");
}

TEST(report_json, parts_add_up) {
  const json held = json_report(synthetic_report())["memory"]["held"];
  std::uint64_t sum = 0;
  for (const auto& item : held["parts"].items()) sum += item.value().get<std::uint64_t>();
  EXPECT_EQ(sum, 80'000'000u);
  EXPECT_EQ(held["at_exit_bytes"], 80'000'000u);
  EXPECT_EQ(held["peak_bytes"], 90'000'000u);
  EXPECT_EQ(held["unexplained_bytes"], 0);
}

TEST(report_json, classes_are_those_ever_used) {
  const json memory = json_report(synthetic_report())["memory"];
  ASSERT_EQ(memory["classes"].size(), 3u);
  const json expected = json::parse(R"({"class": 2, "block_bytes": 4096, "slab_bytes": 65536,
      "slabs_count": 600, "live_blocks_count": 9521, "live_bytes": 38998016,
      "cached_blocks_count": 10, "free_blocks_count": 79, "refills_count": 500,
      "refilled_blocks_count": 10000})");
  EXPECT_EQ(memory["classes"][1], expected);
}

// Each event has a figure of its own in the snapshot: two swapped names would show.
TEST(report_json, events_are_those_of_the_snapshot) {
  const json expected = json::parse(R"({"thread_cache_requests_estimate_count": 50100,
      "thread_cache_hits_estimate_count": 49100, "refills_count": 1000,
      "refills_from_active_slab_count": 500, "refills_from_queue_count": 300,
      "refills_from_fresh_blocks_count": 200, "refills_after_mail_count": 100,
      "new_slabs_count": 101,
      "large_allocations_count": 40, "large_cache_hits_count": 30, "remote_batches_count": 7,
      "remote_blocks_count": 700, "purges_count": 12, "purged_bytes": 33554432,
      "local_heaps_count": 4, "local_heaps_adopted_count": 1, "sampled_requests_bytes": 900,
      "sampled_blocks_bytes": 1000})");
  run_report report = synthetic_report();
  report.memory->refills_from_segment = 101;
  EXPECT_EQ(json_report(report)["memory"]["events"], expected);
}

TEST(report_json, says_why_there_is_no_snapshot) {
  run_report report = synthetic_report();
  report.memory.reset();
  report.memory_missing = "because";
  const json made = json_report(report);
  EXPECT_EQ(made["memory"], nullptr);
  EXPECT_EQ(made["memory_missing"], "because");
  EXPECT_EQ(made["resident"]["tree_peak_bytes"], 130'000'000u);
}

}  // namespace
}  // namespace strata::tool
