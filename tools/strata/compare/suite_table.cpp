// Every cell is "time / peak memory", each divided by the yardstick of its row. A
// dash is a cell that does not count; the lines below say why.
#include <fmt/format.h>

#include <algorithm>

#include "compare/figure_text.hpp"
#include "compare/score.hpp"
#include "compare/tables.hpp"

namespace strata::tool::compare {
namespace {

constexpr std::size_t cell_columns = 13;

std::string ratio_text(double ratio) {
  return ratio < 10 ? fmt::format("{:.2f}", ratio) : fmt::format("{:.1f}", ratio);
}

std::string cell(const std::optional<time_and_memory>& ratio) {
  const std::string text =
      ratio ? fmt::format("{} / {}", ratio_text(ratio->time), ratio_text(ratio->memory)) : "-";
  return fmt::format("{:>{}}", text, cell_columns);
}

std::string yardstick_time(const workload_result& result, const time_and_memory& best) {
  switch (result.what.measured.what) {
    case measure::kind::elapsed:
      return figure_text(best.time, time_figure());
    case measure::kind::time:
      return fmt::format("{:.4g}", best.time);
    case measure::kind::rate:
      return fmt::format("{:.4g} /", 1 / best.time);
  }
  return {};
}

struct columns {
  std::size_t name;
  std::size_t cell;
};

std::string row(const columns& wide, const workload_result& result, const workload_score& score) {
  std::string line = fmt::format("{:<{}}", result.what.name, wide.name);
  for (const auto& ratio : score.ratios) line += fmt::format("  {:>{}}", cell(ratio), wide.cell);
  if (!score.yardstick) return line + "\n";
  return line + fmt::format("  {:>10}  {:>10}\n", yardstick_time(result, *score.yardstick),
                            figure_text(score.yardstick->memory, peak_figure()));
}

std::string yardstick_name(const comparison& all) {
  return all.against_best ? "best peer" : all.contenders[all.reference].name;
}

std::string head(const columns& wide, const comparison& all) {
  std::string line = fmt::format("{:<{}}", "time / memory", wide.name);
  for (const contender& each : all.contenders) {
    line += fmt::format("  {:>{}}", each.name, wide.cell);
  }
  return line + fmt::format("  {:>22}", yardstick_name(all));
}

template <typename Choose>
std::string row_of_means(const columns& wide, const char* name, const suite_score& score,
                         Choose choose) {
  std::string line = fmt::format("{:<{}}", name, wide.name);
  for (const contender_mean& each : score.means) {
    line += fmt::format("  {:>{}}", cell(choose(each)), wide.cell);
  }
  return line + "\n";
}

std::string excluded_lines(const comparison& all, const suite_score& score) {
  std::string text;
  for (std::size_t i = 0; i < score.means.size(); ++i) {
    if (score.means[i].excluded == 0) continue;
    text += fmt::format("{}: {} of {} workloads failed and are not in its mean.\n",
                        all.contenders[i].name, score.means[i].excluded,
                        score.means[i].excluded + score.means[i].counted);
  }
  return text;
}

std::string legend(const comparison& all) {
  const std::string to = all.against_best
                             ? "the best of the peers (all but glibc and strata), in each test"
                             : all.contenders[all.reference].name;
  return fmt::format("Time and peak memory, medians of {} runs, each divided by that of {}.\n",
                     all.runs, to);
}

}  // namespace

std::string suite_table(const comparison& all, const look& shown) {
  const suite_score score = score_suite(all);
  columns wide{std::string("geometric mean").size(), cell_columns};
  for (const workload_result& each : all.workloads) {
    wide.name = std::max(wide.name, each.what.name.size());
  }
  for (const contender& each : all.contenders) wide.cell = std::max(wide.cell, each.name.size());
  std::string text = shown.strong(head(wide, all)) + "\n";
  for (std::size_t i = 0; i < all.workloads.size(); ++i) {
    if (!all.workloads[i].absent.empty() || !all.workloads[i].broken.empty()) continue;
    text += row(wide, all.workloads[i], score.workloads[i]);
  }
  text += row_of_means(wide, "geometric mean", score, [](const auto& each) { return each.mean; });
  text += row_of_means(wide, "worst", score, [](const auto& each) { return each.worst; });
  return text + "\n" + problem_lines(all) + excluded_lines(all, score) + shown.faint(legend(all));
}

}  // namespace strata::tool::compare
