// Two tables, one of times and one of memory, so that neither is wider than a
// terminal; a conclusion in words below, and the notes that its reader needs.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>

#include "compare/figure_text.hpp"
#include "compare/score.hpp"
#include "compare/tables.hpp"

namespace strata::tool::compare {
namespace {

constexpr std::size_t value_columns = 10;
constexpr std::size_t ratio_columns = 6;
constexpr std::size_t spread_columns = 6;

struct table_parts {
  const comparison& all;
  const workload_result& result;
  const look& shown;
  std::size_t name_columns;
};

const char* plus_minus(const look& shown) { return shown.unicode ? "±" : "+-"; }

std::string marked(const figure_score& score, const look& shown) {
  if (!score.beyond_noise || !score.ratio || *score.ratio == 1) return " ";
  const bool less = *score.ratio < 1;
  if (shown.unicode) return less ? shown.strong("▼") : shown.alarming("▲");
  return less ? shown.strong("<") : shown.alarming(">");
}

std::string cell(const std::optional<figure_score>& score, const figure& which, bool is_reference,
                 const look& shown) {
  if (!score)
    return fmt::format("  {:>{}} {:>{}}  {:>{}}", "-", value_columns, "", ratio_columns, "",
                       spread_columns);
  const std::string value = figure_text(score->values.median, which);
  const std::string ratio = score->ratio ? fmt::format("{:.2f}", *score->ratio) : "-";
  const auto apart = score->values.spread();
  const std::string spread = apart ? fmt::format("{}{:.0f}%", plus_minus(shown), *apart * 50) : "";
  const std::string mark = is_reference ? " " : marked(*score, shown);
  return fmt::format("  {:>{}} {:>{}}{}{}", value, value_columns, ratio, ratio_columns - 1, mark,
                     shown.faint(fmt::format("{:>{}}", spread, spread_columns)));
}

std::string head(const table_parts& parts, std::span<const figure> columns) {
  std::string line = fmt::format("{:<{}}", "", parts.name_columns);
  for (const figure& each : columns) {
    line += fmt::format("  {:>{}} {:>{}} {:>{}}", each.short_label, value_columns, "ratio",
                        ratio_columns - 1, plus_minus(parts.shown), spread_columns + 1);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return parts.shown.strong(line) + "\n";
}

std::string table(const table_parts& parts, std::span<const figure> columns) {
  std::string text = head(parts, columns);
  const contender_result& reference = parts.result.contenders[parts.all.reference];
  for (std::size_t i = 0; i < parts.all.contenders.size(); ++i) {
    const contender_result& each = parts.result.contenders[i];
    std::string line = fmt::format("{:<{}}", parts.all.contenders[i].name, parts.name_columns);
    for (const figure& which : columns) {
      line +=
          cell(score_figure(each, reference, which), which, i == parts.all.reference, parts.shown);
    }
    if (!parts.shown.colours) line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string difference(const contender_result& result, const contender_result& reference,
                       const figure& which, const char* what) {
  const auto score = score_figure(result, reference, which);
  if (!score || !score->ratio) return fmt::format("{} unknown", what);
  if (!score->beyond_noise) return fmt::format("no clear difference in {}", what);
  const double percent = std::abs(*score->ratio - 1) * 100;
  return fmt::format("{:.1f} % {} {}", percent, *score->ratio < 1 ? "less" : "more", what);
}

bool is_clear(const contender_result& result, const contender_result& reference,
              const figure& which) {
  const auto score = score_figure(result, reference, which);
  return score && score->beyond_noise;
}

// About strata when it takes part and is not the reference; it is what one asks first.
std::string conclusion(const table_parts& parts) {
  const auto at = std::ranges::find(parts.all.contenders, "strata", &contender::name);
  const auto index = static_cast<std::size_t>(at - parts.all.contenders.begin());
  if (at == parts.all.contenders.end() || index == parts.all.reference) return {};
  const contender_result& strata = parts.result.contenders[index];
  const contender_result& reference = parts.result.contenders[parts.all.reference];
  if (values_of(strata, time_figure()).empty() || values_of(reference, time_figure()).empty()) {
    return {};
  }
  const bool same =
      !is_clear(strata, reference, time_figure()) && !is_clear(strata, reference, peak_figure());
  if (same) {
    return fmt::format("strata against {}: no clear difference in time or peak memory.\n",
                       parts.all.contenders[parts.all.reference].name);
  }
  return fmt::format("strata against {}: {}, {}.\n", parts.all.contenders[parts.all.reference].name,
                     difference(strata, reference, time_figure(), "time"),
                     difference(strata, reference, peak_figure(), "peak memory"));
}

std::string legend(const table_parts& parts) {
  const auto marks = parts.shown.unicode ? std::array{"▼", "▲"} : std::array{"<", ">"};
  std::string text = fmt::format(
      "Medians of {}; ratios to {}; {} is half the interquartile range. {} less and {} more\n"
      "than {} beyond noise (Mann-Whitney U, p < {}).\n",
      parts.all.runs == 1 ? "1 run" : fmt::format("{} runs", parts.all.runs),
      parts.all.contenders[parts.all.reference].name, plus_minus(parts.shown), marks[0], marks[1],
      parts.all.contenders[parts.all.reference].name, chance_max);
  if (!can_tell(parts.all.runs, parts.all.runs)) {
    text += "Too few to tell a difference from noise: use --runs 5 or more.\n";
  }
  return parts.shown.faint(text);
}

}  // namespace

std::string program_table(const comparison& all, const look& shown) {
  table_parts parts{all, all.workloads.front(), shown, 0};
  for (const contender& each : all.contenders) {
    parts.name_columns = std::max(parts.name_columns, each.name.size());
  }
  const std::span every(figures());
  return table(parts, every.first(3)) + "\n" + table(parts, every.last(3)) + "\n" +
         conclusion(parts) + problem_lines(all) + legend(parts);
}

}  // namespace strata::tool::compare
