// Numbers keep their units in their keys; what is unknown is null.
#include <nlohmann/json.hpp>

#include "compare/result_files.hpp"
#include "compare/score.hpp"

namespace strata::tool::compare {
namespace {

using json = nlohmann::ordered_json;

template <typename Value>
json or_null(const std::optional<Value>& value) {
  return value ? json(*value) : json(nullptr);
}

json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json run_json(const run_result& run) {
  json row = {{"round", run.round}, {"failure", text_or_null(run.failure)}};
  for (const figure& each : figures()) {
    const double value = each.of(run);
    if (each.shown_as == figure::unit::seconds) {
      row[each.key] = value;
    } else {
      row[each.key] = static_cast<std::uint64_t>(value);
    }
  }
  row["printed"] = or_null(run.printed);
  row["time"] = run.failure.empty() ? json(run.time) : json(nullptr);
  return row;
}

json score_json(const figure_score& score) {
  return {{"median", score.values.median},
          {"lower_quartile", score.values.lower_quartile},
          {"upper_quartile", score.values.upper_quartile},
          {"ratio", or_null(score.ratio)},
          {"chance", score.chance},
          {"beyond_noise", score.beyond_noise}};
}

json contender_json(const comparison& all, const workload_result& result, std::size_t index) {
  const contender_result& mine = result.contenders[index];
  json row = {{"allocator", all.contenders[index].name},
              {"not_run", text_or_null(mine.unreached)},
              {"remark", text_or_null(mine.remark)},
              {"failed_runs", count_failures(mine)}};
  row["figures"] = json::object();
  const auto add = [&](const figure& which) {
    const auto score = score_figure(mine, result.contenders[all.reference], which);
    if (score) row["figures"][which.key] = score_json(*score);
  };
  add(time_figure());
  for (const figure& each : figures()) add(each);
  row["runs"] = json::array();
  for (const run_result& run : mine.runs) row["runs"].push_back(run_json(run));
  return row;
}

json measure_json(const measure& measured) {
  switch (measured.what) {
    case measure::kind::time:
      return {{"time", measured.pattern}};
    case measure::kind::rate:
      return {{"rate", measured.pattern}};
    case measure::kind::elapsed:
      break;
  }
  return "elapsed";
}

json workload_json(const comparison& all, const workload_result& result) {
  json row = {{"name", text_or_null(result.what.name)},
              {"summary", text_or_null(result.what.summary)},
              {"family", text_or_null(result.what.family)},
              {"threads", text_or_null(result.what.threads)},
              {"command", result.what.command},
              {"measure", measure_json(result.what.measured)},
              {"not_here", text_or_null(result.absent)},
              {"failure", text_or_null(result.broken)}};
  row["results"] = json::array();
  for (std::size_t i = 0; i < result.contenders.size(); ++i) {
    row["results"].push_back(contender_json(all, result, i));
  }
  return row;
}

json ratio_json(const std::optional<time_and_memory>& ratio) {
  if (!ratio) return nullptr;
  return {{"time", ratio->time}, {"memory", ratio->memory}};
}

json score_of_suite_json(const comparison& all) {
  const suite_score score = score_suite(all);
  json rows = json::array();
  for (std::size_t i = 0; i < all.workloads.size(); ++i) {
    json row = {{"workload", all.workloads[i].what.name},
                {"yardstick", ratio_json(score.workloads[i].yardstick)}};
    for (std::size_t j = 0; j < all.contenders.size(); ++j) {
      row["ratios"][all.contenders[j].name] = ratio_json(score.workloads[i].ratios[j]);
    }
    rows.push_back(row);
  }
  json means = json::object();
  for (std::size_t j = 0; j < all.contenders.size(); ++j) {
    means[all.contenders[j].name] = {{"geometric_mean", ratio_json(score.means[j].mean)},
                                     {"worst", ratio_json(score.means[j].worst)},
                                     {"counted", score.means[j].counted},
                                     {"excluded", score.means[j].excluded}};
  }
  return {{"against", all.against_best ? "best peer" : all.contenders[all.reference].name},
          {"workloads", rows},
          {"means", means}};
}

}  // namespace

json result_json(const comparison& all, const machine& where) {
  json whole = {
      {"kind", "strata.compare"},
      {"schema_version", result_schema_version},
      {"time", where.time},
      {"machine",
       {{"processor", where.processor}, {"cores", where.cores}, {"kernel", where.kernel}}},
      {"runs", all.runs},
      {"warmup", all.warmup},
      {"peak_floor_bytes", all.floor_bytes},
      {"reference", all.contenders[all.reference].name},
      {"suite", text_or_null(all.suite)}};
  whole["allocators"] = json::array();
  for (const contender& each : all.contenders) {
    whole["allocators"].push_back(
        {{"name", each.name}, {"library", text_or_null(each.library.native())}});
  }
  whole["workloads"] = json::array();
  for (const workload_result& each : all.workloads) {
    whole["workloads"].push_back(workload_json(all, each));
  }
  if (!all.suite.empty()) whole["score"] = score_of_suite_json(all);
  return whole;
}

}  // namespace strata::tool::compare
