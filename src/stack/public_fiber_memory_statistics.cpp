// Three ways to write what fibers hold; see strata/stack/fiber_memory_statistics.hpp.
//
//   server: 1114112 bytes held, peak 1114112, no limit, fragmentation 0.8199; in use: ...
//            bytes   active     idle     peak   groups  held_bytes  fragmentation
//   stacks   65536        3       13       16        1     1048576         0.8125
//   arenas    4096        1       15        1        1       65536         0.9375
#include <strata/stack/fiber_memory_statistics.hpp>

#include <array>
#include <ostream>
#include <string>

#include <strata/base/detail/figure_text.hpp>

namespace strata {
namespace {

using detail::decimal;
using detail::four_digits;

std::string right(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : ' ' + text;
}

std::string left(std::string text, std::size_t width) {
  return text.append(text.size() < width ? width - text.size() : 1, ' ');
}

constexpr std::size_t kind_width = 10;
constexpr std::array<std::string_view, 7> columns{"bytes",  "active",     "idle",         "peak",
                                                  "groups", "held_bytes", "fragmentation"};

std::string heading() {
  std::string line = left("", kind_width);
  for (const std::string_view column : columns) line += right(std::string(column), 14);
  return line + '\n';
}

std::string row(std::string_view kind, const band_statistics& of) {
  std::string line = left(std::string(kind), kind_width);
  line += right(of.bytes == 0 ? "apart" : decimal(of.bytes), 14);
  for (const std::size_t value : {of.active, of.idle, of.peak, of.groups, of.held_bytes}) {
    line += right(decimal(value), 14);
  }
  return line + right(four_digits(of.fragmentation()), 14) + '\n';
}

void write_rows(std::ostream& out, std::string_view kind, const bands_statistics& of) {
  for (const band_statistics& band : of.bands()) {
    if (band.opened != 0) out << row(kind, band);
  }
  if (of.apart.opened != 0) out << row(kind, of.apart);
}

std::string json_of(const band_statistics& of) {
  std::string out = "{\"bytes\":" + decimal(of.bytes);
  const auto add = [&](std::string_view key, std::uint64_t value) {
    out.append(",\"").append(key).append("\":").append(decimal(value));
  };
  add("active", of.active);
  add("idle", of.idle);
  add("peak", of.peak);
  add("groups", of.groups);
  add("active_bytes", of.active_bytes);
  add("held_bytes", of.held_bytes);
  add("opened", of.opened);
  add("returned", of.returned);
  return out + ",\"fragmentation\":" + four_digits(of.fragmentation()) + '}';
}

std::string json_of(const bands_statistics& of) {
  std::string out = "{\"active\":" + decimal(of.active) + ",\"peak\":" + decimal(of.peak) +
                    ",\"refused\":" + decimal(of.refused) + ",\"bands\":[";
  for (const band_statistics& band : of.bands()) {
    if (out.back() != '[') out += ',';
    out += json_of(band);
  }
  return out + "],\"apart\":" + json_of(of.apart) + '}';
}

std::string limit_of(const fiber_memory_statistics& figures) {
  return figures.limit == SIZE_MAX ? "no limit" : "limit " + decimal(figures.limit);
}

}  // namespace

band_statistics as_band(const stack_pool_statistics& of) noexcept {
  return {.bytes = of.stack_bytes,
          .active = of.active,
          .idle = of.idle,
          .peak = of.peak,
          .groups = of.groups,
          .active_bytes = of.active * of.stack_bytes,
          .held_bytes = of.held_bytes,
          .opened = of.opened,
          .returned = of.returned};
}

std::size_t fiber_memory_statistics::active_bytes() const noexcept {
  return as_band(stacks).active_bytes + arenas.total().active_bytes + messages.total().active_bytes;
}

double fiber_memory_statistics::fragmentation() const noexcept {
  const std::size_t held =
      stacks.held_bytes + arenas.total().held_bytes + messages.total().held_bytes;
  return band_statistics{.active_bytes = active_bytes(), .held_bytes = held}.fragmentation();
}

std::ostream& write_line(std::ostream& out, const fiber_memory_statistics& figures) {
  return out << figures.name << ": " << decimal(figures.held_bytes) << " bytes held, peak "
             << decimal(figures.peak_bytes) << ", " << limit_of(figures) << ", fragmentation "
             << four_digits(figures.fragmentation())
             << "; in use: " << decimal(figures.stacks.active) << " stacks, "
             << decimal(figures.arenas.active) << " arenas, " << decimal(figures.messages.active)
             << " messages; " << decimal(figures.refused()) << " refused\n";
}

std::ostream& write_text(std::ostream& out, const fiber_memory_statistics& figures) {
  write_line(out, figures) << heading() << row("stacks", as_band(figures.stacks));
  write_rows(out, "arenas", figures.arenas);
  write_rows(out, "messages", figures.messages);
  return out;
}

std::ostream& write_json(std::ostream& out, const fiber_memory_statistics& figures) {
  out << "{\"name\":" << detail::json_quoted(figures.name)
      << ",\"held_bytes\":" << decimal(figures.held_bytes)
      << ",\"peak_bytes\":" << decimal(figures.peak_bytes) << ",\"limit\":";
  out << (figures.limit == SIZE_MAX ? "null" : decimal(figures.limit));
  return out << ",\"active_bytes\":" << decimal(figures.active_bytes())
             << ",\"fragmentation\":" << four_digits(figures.fragmentation())
             << ",\"refused\":" << decimal(figures.refused())
             << ",\"stacks\":" << json_of(as_band(figures.stacks))
             << ",\"arenas\":" << json_of(figures.arenas)
             << ",\"messages\":" << json_of(figures.messages) << "}\n";
}

}  // namespace strata
