// The report as JSON: every figure, with its unit at the end of its name.
// docs/reference/report.md lists the fields; report_schema_version guards them.
#include <nlohmann/json.hpp>

#include "breakdown.hpp"
#include "ending.hpp"
#include "quantity.hpp"
#include "report.hpp"

namespace strata::tool {
namespace {

using json = nlohmann::ordered_json;

json program_json(const run_report& report) {
  json made = {{"command", report.command}, {"pid", report.process}};
  made["exit_code"] = report.signal ? json(nullptr) : json(report.exit_code);
  made["signal"] = report.signal ? json(*report.signal) : json(nullptr);
  made["signal_name"] = report.signal ? json(signal_name(*report.signal)) : json(nullptr);
  return made;
}

json time_json(const run_report& report) {
  return {{"elapsed_seconds", seconds(report.elapsed)},
          {"user_seconds", seconds(report.user)},
          {"system_seconds", seconds(report.system)}};
}

json resident_json(const run_report& report) {
  json made = {{"tree_peak_bytes", report.tree_peak_bytes}};
  if (report.memory) {
    made["at_exit_bytes"] = report.memory->resident;
    made["peak_bytes"] = report.memory->resident_peak;
    made["rest_of_process_bytes"] = rest_of_process_bytes(*report.memory);
  }
  return made;
}

json held_json(const core::snapshot& memory) {
  json parts = json::object();
  for (const part& each : parts_of_held(memory)) {
    parts[std::string(each.key) + "_bytes"] = each.bytes;
  }
  return {{"at_exit_bytes", memory.held},
          {"peak_bytes", memory.held_peak},
          {"parts", parts},
          {"unexplained_bytes", unexplained_bytes(memory)}};
}

json class_json(std::size_t number, const core::class_snapshot& figures) {
  return {{"class", number},
          {"block_bytes", figures.block_size},
          {"slab_bytes", figures.slab_size},
          {"slabs_count", figures.slabs},
          {"live_blocks_count", figures.live_blocks},
          {"live_bytes", figures.live_blocks * figures.block_size},
          {"cached_blocks_count", figures.cached_blocks},
          {"free_blocks_count", figures.free_blocks},
          {"refills_count", figures.refills},
          {"refilled_blocks_count", figures.refilled_blocks}};
}

// Classes that were ever used, by size.
json classes_json(const core::snapshot& memory) {
  json made = json::array();
  for (std::size_t i = 0; i < memory.class_count && i < core::snapshot::class_capacity; ++i) {
    const core::class_snapshot& figures = memory.classes[i];
    if (figures.slabs != 0 || figures.refills != 0)
      made.push_back(class_json(class_number(i), figures));
  }
  return made;
}

json events_json(const core::snapshot& memory) {
  const hit_rate hits = thread_cache_hits(memory);
  return {{"thread_cache_requests_estimate_count", hits.requests},
          {"thread_cache_hits_estimate_count", hits.hits},
          {"refills_count", memory.refills},
          {"refills_from_active_slab_count", memory.refills_from_active},
          {"refills_from_queue_count", memory.refills_from_queue},
          {"refills_from_fresh_blocks_count", refills_from_fresh(memory)},
          {"refills_after_mail_count", memory.refills_from_mail},
          {"new_slabs_count", memory.refills_from_segment},
          {"large_allocations_count", memory.large_allocations},
          {"large_cache_hits_count", memory.large_cache_hits},
          {"remote_batches_count", memory.remote_batches},
          {"remote_blocks_count", memory.remote_blocks},
          {"purges_count", memory.purges},
          {"purged_bytes", memory.purged_bytes},
          {"local_heaps_count", memory.threads_now},
          {"local_heaps_adopted_count", memory.threads_adopted},
          {"sampled_requests_bytes", memory.sampled_requests},
          {"sampled_blocks_bytes", memory.sampled_blocks}};
}

json memory_json(const core::snapshot& memory) {
  return {{"strata_elapsed_seconds", static_cast<double>(memory.elapsed_ns) / 1e9},
          {"reserved_bytes", memory.reserved},
          {"regions_count", memory.regions},
          {"segments_count", memory.segments},
          {"held", held_json(memory)},
          {"live_blocks_bytes", memory.live_bytes},
          {"large_live_blocks_count", memory.large_live_blocks},
          {"classes", classes_json(memory)},
          {"events", events_json(memory)}};
}

}  // namespace

nlohmann::ordered_json json_report(const run_report& report) {
  json made = {{"kind", "strata.report"},          {"schema_version", report_schema_version},
               {"strata_version", STRATA_VERSION}, {"program", program_json(report)},
               {"time", time_json(report)},        {"resident", resident_json(report)}};
  made["memory"] = report.memory ? memory_json(*report.memory) : json(nullptr);
  made["memory_missing"] = report.memory ? json(nullptr) : json(report.memory_missing);
  return made;
}

}  // namespace strata::tool
