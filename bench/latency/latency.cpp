// strata_latency: the tail of malloc's and free's durations under load, of whatever
// allocator this program runs on. How to read it: docs/benchmarks.md.
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <string_view>

#include "instrument/command_line.hpp"
#include "instrument/figures.hpp"
#include "latency/load.hpp"
#include "latency/ticks.hpp"

namespace strata::bench {
namespace {

struct named_part {
  timed what;
  const char* key;    // in JSON
  const char* label;  // in text
};

constexpr std::array<named_part, timed_count> parts{{
    {timed::nothing, "nothing", "nothing"},
    {timed::allocation, "malloc", "malloc"},
    {timed::own_free, "free_own", "free, own block"},
    {timed::crossing_free, "free_other", "free, other thread's"},
    {timed::first_touch, "first_touch", "first touch of a page"},
}};

struct named_quantile {
  const char* name;
  std::uint64_t of_million;
};

constexpr std::array<named_quantile, 4> quantiles{
    {{"p50", 500'000}, {"p99", 990'000}, {"p99.9", 999'000}, {"p99.99", 999'900}}};

class report {
 public:
  explicit report(const load_options& options) {
    found_.program = "strata_latency";
    found_.options = {{"threads", options.threads},
                      {"operations", options.operations},
                      {"live", options.live},
                      {"crossing_percent", options.crossing_percent},
                      {"seed", options.seed}};
    text_ = fmt::format("{:<22}{:>12}", "nanoseconds", "calls");
    for (const named_quantile& each : quantiles) text_ += fmt::format("{:>10}", each.name);
    text_ += fmt::format("{:>12}\n", "max");
  }

  void add(const named_part& part, const latency_histogram& times, double nanoseconds) {
    text_ += fmt::format("{:<22}{:>12}", part.label, times.count());
    found_.figures[fmt::format("{}_calls", part.key)] = times.count();
    for (const named_quantile& each : quantiles) {
      add(part, each.name, 10, static_cast<double>(times.quantile(each.of_million)) * nanoseconds);
    }
    add(part, "max", 12, static_cast<double>(times.max()) * nanoseconds);
    text_ += '\n';
  }

  void show(const json_option& json) const { json.show(found_, text_); }

 private:
  void add(const named_part& part, std::string_view what, int width, double value) {
    text_ += fmt::format("{:>{}.0f}", value, width);
    found_.figures[fmt::format("{}_{}_ns", part.key, what)] = std::round(value * 10) / 10;
  }

  findings found_;
  std::string text_;
};

void describe(CLI::App& parser, load_options& options) {
  parser.add_option("--threads", options.threads, "Threads at work")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  parser.add_option("--operations", options.operations, "Blocks replaced, per thread")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->capture_default_str();
  parser.add_option("--live", options.live, "Blocks alive, per thread; about 900 bytes each")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 30))
      ->capture_default_str();
  parser
      .add_option("--crossing", options.crossing_percent,
                  "Percent of replacements whose block goes to another thread")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  parser.add_option("--seed", options.seed, "Of the random numbers")->capture_default_str();
  parser.footer(
      "Preload the allocator to measure; without, it is the C library's.\n"
      "Examples:\n"
      "  strata_latency\n"
      "  LD_PRELOAD=build/release/libstrata_malloc.so strata_latency --threads 4 --json tail.json\n"
      "  bench/instrument/under_each.py --with glibc,PATH.so -- strata_latency --threads 2");
}

void measure(const load_options& options, const json_option& json) {
  const double nanoseconds = nanoseconds_per_tick();
  const latencies times = run_load(options);
  report shown(options);
  for (const named_part& part : parts) {
    shown.add(part, times[static_cast<std::size_t>(part.what)], nanoseconds);
  }
  shown.show(json);
}

std::function<void()> configure(CLI::App& parser) {
  const auto options = std::make_shared<load_options>();
  const auto json = std::make_shared<json_option>();
  describe(parser, *options);
  json->add_to(parser);
  return [=] { measure(*options, *json); };
}

constexpr instrument latency = {"strata_latency",
                                "Times single calls of malloc and free under load, to the rarest.",
                                configure};

}  // namespace
}  // namespace strata::bench

int main(int count, char** values) {
  return strata::bench::run_instrument(strata::bench::latency, count, values);
}
