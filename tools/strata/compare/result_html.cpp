// Colours come from variables that the reader's choice of light or dark sets. They
// were chosen to be told apart on both, and are never the only sign of anything.
#include <fmt/format.h>

#include <array>

#include "compare/figure_text.hpp"
#include "compare/markup.hpp"
#include "compare/result_files.hpp"
#include "compare/scatter.hpp"
#include "compare/score.hpp"
#include "compare/tables.hpp"

namespace strata::tool::compare {
namespace {

constexpr std::array series_colours = {"#6b7280", "#2f6fde", "#d97706", "#15936a", "#b04ac0",
                                       "#d0405a", "#0e9ab5", "#8a6a3b", "#7c8a1a", "#5b5fc7"};

constexpr const char* style = R"css(
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --quiet: #5b6470;
  --line: #e3e6ea; --strong-line: #8b95a1; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15181c; --ink: #e8eaed; --quiet: #9aa4b0; --line: #2a2f36;
    --strong-line: #6b7580; }
}
body { background: var(--paper); color: var(--ink); margin: 2rem auto; padding: 0 1rem;
  max-width: 62rem; font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p, pre { color: var(--quiet); } code, pre { font-size: .9em; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
svg { width: 100%; height: auto; margin-top: 1rem; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
svg .tick, svg .axis { fill: var(--quiet); font-size: 12px; } svg .name { font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 3; }
svg .grid { stroke: var(--line); } svg .one { stroke: var(--strong-line); stroke-dasharray: 4 3; }
svg .dot { fill: var(--series); opacity: .5; }
svg .whole { fill: var(--series); stroke: var(--paper); stroke-width: 2; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { padding: .25rem .75rem; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; } thead th { color: var(--quiet); }
td small { color: var(--quiet); } .clear { font-weight: 600; }
)css";

std::string series_style(std::size_t count) {
  std::string css;
  for (std::size_t i = 0; i < count; ++i) {
    css += fmt::format(".series-{} {{ --series: {}; }}\n", i,
                       series_colours[i % series_colours.size()]);
  }
  return css;
}

std::string told(const std::string& what, const time_and_memory& ratio) {
  return fmt::format("{}: time {:.2f}, memory {:.2f}", what, ratio.time, ratio.memory);
}

std::vector<scatter_series> series_of_runs(const comparison& all) {
  std::vector<scatter_series> series;
  const workload_result& result = all.workloads.front();
  const contender_result& reference = result.contenders[all.reference];
  const auto time = score_figure(reference, reference, time_figure());
  const auto memory = score_figure(reference, reference, peak_figure());
  for (std::size_t i = 0; i < all.contenders.size(); ++i) {
    scatter_series& mine = series.emplace_back();
    mine.name = all.contenders[i].name;
    if (!time || !memory) continue;
    for (const run_result& run : result.contenders[i].runs) {
      if (!run.failure.empty()) continue;
      const time_and_memory ratio{run.time / time->values.median,
                                  peak_figure().of(run) / memory->values.median};
      mine.dots.push_back(
          {ratio, told(fmt::format("{}, run {}", mine.name, run.round + 1), ratio)});
    }
    const auto my_time = score_figure(result.contenders[i], reference, time_figure());
    const auto my_memory = score_figure(result.contenders[i], reference, peak_figure());
    if (!my_time || !my_memory) continue;
    const time_and_memory ratio{*my_time->ratio, *my_memory->ratio};
    mine.whole = scatter_dot{ratio, told(mine.name + ", median", ratio)};
  }
  return series;
}

std::vector<scatter_series> series_of_workloads(const comparison& all) {
  const suite_score score = score_suite(all);
  std::vector<scatter_series> series;
  for (std::size_t i = 0; i < all.contenders.size(); ++i) {
    scatter_series& mine = series.emplace_back();
    mine.name = all.contenders[i].name;
    for (std::size_t row = 0; row < all.workloads.size(); ++row) {
      const auto& ratio = score.workloads[row].ratios[i];
      if (!ratio) continue;
      const std::string what = fmt::format("{}, {}", mine.name, all.workloads[row].what.name);
      mine.dots.push_back({*ratio, told(what, *ratio)});
    }
    if (!score.means[i].mean) continue;
    mine.whole = scatter_dot{*score.means[i].mean,
                             told(mine.name + ", geometric mean", *score.means[i].mean)};
  }
  return series;
}

std::string figure_cell(const std::optional<figure_score>& score, const figure& which) {
  if (!score) return "<td>failed</td>";
  const std::string ratio = score->ratio ? fmt::format("{:.2f}", *score->ratio) : "–";
  const auto apart = score->values.spread();
  return fmt::format("<td{}>{} <small>× {}{}</small></td>",
                     score->beyond_noise ? " class=\"clear\"" : "",
                     figure_text(score->values.median, which), ratio,
                     apart ? fmt::format(", ±{:.0f}%", *apart * 50) : "");
}

std::string table_of_figures(const comparison& all) {
  std::string html = "<thead><tr><th>allocator</th>";
  for (const figure& each : figures()) html += fmt::format("<th>{}</th>", each.label);
  html += "</tr></thead>\n<tbody>\n";
  const workload_result& result = all.workloads.front();
  for (std::size_t i = 0; i < all.contenders.size(); ++i) {
    html += fmt::format("<tr><td>{}</td>", escaped(all.contenders[i].name));
    for (const figure& each : figures()) {
      html += figure_cell(
          score_figure(result.contenders[i], result.contenders[all.reference], each), each);
    }
    html += "</tr>\n";
  }
  return html + "</tbody>";
}

std::string ratio_cell(const std::optional<time_and_memory>& ratio) {
  if (!ratio) return "<td>–</td>";
  return fmt::format("<td>{:.2f} / {:.2f}</td>", ratio->time, ratio->memory);
}

std::string table_of_ratios(const comparison& all) {
  const suite_score score = score_suite(all);
  std::string html = "<thead><tr><th>time / peak memory</th>";
  for (const contender& each : all.contenders) {
    html += fmt::format("<th>{}</th>", escaped(each.name));
  }
  html += "</tr></thead>\n<tbody>\n";
  for (std::size_t row = 0; row < all.workloads.size(); ++row) {
    html += fmt::format("<tr title=\"{}\"><td>{}</td>", escaped(all.workloads[row].what.summary),
                        escaped(all.workloads[row].what.name));
    for (const auto& ratio : score.workloads[row].ratios) html += ratio_cell(ratio);
    html += "</tr>\n";
  }
  html += "<tr class=\"clear\"><td>geometric mean</td>";
  for (const contender_mean& each : score.means) html += ratio_cell(each.mean);
  return html + "</tr>\n</tbody>";
}

std::string reading_help(const comparison& all) {
  const std::string against = all.against_best
                                  ? "the best peer of each workload (all but glibc and strata)"
                                  : all.contenders[all.reference].name;
  const std::string dots =
      all.suite.empty()
          ? "A small dot is a run, a large one the median. Figures in bold differ from the "
            "reference beyond noise (Mann-Whitney U, p &lt; 0.01); ± is half the interquartile "
            "range."
          : "A small dot is a workload, a large one the geometric mean.";
  return fmt::format(
      "<p>Ratios are to {}; below 1 is less. {} {} runs of each, interleaved; {} "
      "before them not counted.</p>\n",
      escaped(against), dots, all.runs, all.warmup);
}

std::string subject(const comparison& all) {
  if (!all.suite.empty()) return fmt::format("suite {}", all.suite);
  return fmt::format("{}", fmt::join(all.workloads.front().what.command, " "));
}

std::string problems(const comparison& all) {
  const std::string lines = problem_lines(all);
  return lines.empty() ? "" : "<h2>Notes</h2>\n<pre>" + escaped(lines) + "</pre>\n";
}

}  // namespace

std::string result_html(const comparison& all, const machine& where) {
  const bool is_suite = !all.suite.empty();
  const std::string against =
      all.against_best ? "the best peer" : all.contenders[all.reference].name;
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>strata compare</title>\n"
      "<style>{}{}</style>\n</head>\n<body>\n<h1>Allocators compared: <code>{}</code></h1>\n"
      "<p>{}, {} cores, {}, {}</p>\n{}{}<h2>Figures</h2>\n<div class=\"scroll\"><table>{}</table>"
      "</div>\n{}</body>\n</html>\n",
      style, series_style(all.contenders.size()), escaped(subject(all)), escaped(where.processor),
      where.cores, escaped(where.kernel), where.time,
      scatter_svg(is_suite ? series_of_workloads(all) : series_of_runs(all), against),
      reading_help(all), is_suite ? table_of_ratios(all) : table_of_figures(all), problems(all));
}

}  // namespace strata::tool::compare
