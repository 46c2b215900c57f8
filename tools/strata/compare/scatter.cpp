// Names stand beside their dots, where they are free of other names; a legend apart
// from the plot would have to be matched by colour, which not everybody can.
#include "compare/scatter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compare/markup.hpp"
#include "compare/ratio_axis.hpp"

namespace strata::tool::compare {
namespace {

constexpr double width = 760;
constexpr double height = 480;
constexpr double left = 64;
constexpr double right = width - 16;
constexpr double top = 16;
constexpr double bottom = height - 56;
constexpr double letter_width = 7.6;  // at most, of the font below
constexpr double letter_height = 15;
constexpr double small_radius = 3;
constexpr double large_radius = 7;
constexpr double ticks_apart = 44;

struct box {
  double x;
  double y;
  double width;
  double height;

  [[nodiscard]] bool overlaps(const box& other) const {
    return x < other.x + other.width && other.x < x + width && y < other.y + other.height &&
           other.y < y + height;
  }
  [[nodiscard]] bool is_inside() const {
    return x >= left && x + width <= right && y >= top && y + height <= bottom;
  }
};

struct axes {
  ratio_axis time;
  ratio_axis memory;
};

axes axes_of(const std::vector<scatter_series>& series) {
  std::vector<double> times;
  std::vector<double> memories;
  const auto add = [&](const scatter_dot& dot) {
    times.push_back(dot.ratio.time);
    memories.push_back(dot.ratio.memory);
  };
  for (const scatter_series& each : series) {
    std::ranges::for_each(each.dots, add);
    if (each.whole) add(*each.whole);
  }
  return {ratio_axis(times, left, right), ratio_axis(memories, bottom, top)};
}

std::string tick_text(double ratio) { return fmt::format("{:.4g}", ratio); }

std::string grid(const axes& at) {
  std::string svg;
  for (const double ratio : at.time.ticks(ticks_apart)) {
    const double x = at.time.at(ratio);
    svg += fmt::format(
        "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{}\" x2=\"{:.1f}\" y2=\"{}\"/>"
        "<text class=\"tick\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
        ratio == 1 ? "one" : "grid", x, top, x, bottom, x, bottom + 18, tick_text(ratio));
  }
  for (const double ratio : at.memory.ticks(ticks_apart)) {
    const double y = at.memory.at(ratio);
    svg += fmt::format(
        "<line class=\"{}\" x1=\"{}\" y1=\"{:.1f}\" x2=\"{}\" y2=\"{:.1f}\"/>"
        "<text class=\"tick\" x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
        ratio == 1 ? "one" : "grid", left, y, right, y, left - 8, y + 4, tick_text(ratio));
  }
  return svg;
}

std::string axis_names(const std::string& against) {
  return fmt::format(
      "<text class=\"axis\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">time, as a multiple of {}"
      " (left is faster)</text>\n"
      "<text class=\"axis\" transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\">"
      "peak memory, as a multiple (down is leaner)</text>\n",
      (left + right) / 2, height - 12, escaped(against), (top + bottom) / 2);
}

std::string circle(const axes& at, const scatter_dot& dot, const char* kind, double radius) {
  return fmt::format(
      "<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"><title>{}</title></circle>\n",
      kind, at.time.at(dot.ratio.time), at.memory.at(dot.ratio.memory), radius, escaped(dot.told));
}

// The first place around the dot that is free; else to its right.
box place_name(double x, double y, double name_width, const std::vector<box>& taken) {
  constexpr double gap = large_radius + 4;
  constexpr double half = letter_height / 2;
  const std::array places = {
      box{x + gap, y - half, name_width, letter_height},
      box{x - gap - name_width, y - half, name_width, letter_height},
      box{x - name_width / 2, y - gap - letter_height, name_width, letter_height},
      box{x - name_width / 2, y + gap, name_width, letter_height},
      box{x + gap, y - gap - letter_height, name_width, letter_height},
      box{x + gap, y + gap, name_width, letter_height},
      box{x - gap - name_width, y + gap, name_width, letter_height},
      box{x - gap - name_width, y - gap - letter_height, name_width, letter_height},
  };
  for (const box& place : places) {
    const auto overlaps = [&](const box& other) { return place.overlaps(other); };
    if (place.is_inside() && std::ranges::none_of(taken, overlaps)) return place;
  }
  return places[0];
}

std::string names(const axes& at, const std::vector<scatter_series>& series) {
  std::vector<box> taken;
  for (const scatter_series& each : series) {
    if (!each.whole) continue;
    taken.push_back({at.time.at(each.whole->ratio.time) - large_radius,
                     at.memory.at(each.whole->ratio.memory) - large_radius, 2 * large_radius,
                     2 * large_radius});
  }
  std::string svg;
  for (const scatter_series& each : series) {
    if (!each.whole) continue;
    const box place =
        place_name(at.time.at(each.whole->ratio.time), at.memory.at(each.whole->ratio.memory),
                   letter_width * static_cast<double>(each.name.size()), taken);
    taken.push_back(place);
    svg += fmt::format(
        "<text class=\"name\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
        place.x + place.width / 2, place.y + letter_height - 3, escaped(each.name));
  }
  return svg;
}

}  // namespace

std::string scatter_svg(const std::vector<scatter_series>& series, const std::string& against) {
  const axes at = axes_of(series);
  std::string svg = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Time against peak memory\">\n{}{}",
      width, height, grid(at), axis_names(against));
  for (std::size_t i = 0; i < series.size(); ++i) {
    svg += fmt::format("<g class=\"series-{}\">\n", i);
    for (const scatter_dot& dot : series[i].dots) svg += circle(at, dot, "dot", small_radius);
    svg += "</g>\n";
  }
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (!series[i].whole) continue;
    svg += fmt::format("<g class=\"series-{}\">\n{}</g>\n", i,
                       circle(at, *series[i].whole, "whole", large_radius));
  }
  return svg + names(at, series) + "</svg>\n";
}

}  // namespace strata::tool::compare
