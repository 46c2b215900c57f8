// strata_replay: does again what a recorded program did, with the malloc that this
// program runs on, or shows what was recorded. See docs/benchmarks.md.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <memory>

#include "instrument/command_line.hpp"
#include "instrument/figures.hpp"
#include "instrument/mapped_resource.hpp"
#include "instrument/resident.hpp"
#include "trace/player.hpp"
#include "trace/show.hpp"

namespace strata::trace {
namespace {

const std::map<std::string, touch> touches{
    {"none", touch::none}, {"ends", touch::ends}, {"pages", touch::pages}, {"all", touch::all}};

struct choices {
  std::string file;
  std::string touch = "pages";
  bool threads = false;
  bool dump = false;
  bool histogram = false;
  bench::json_option json;
};

void describe(CLI::App& parser, choices& chosen) {
  parser.add_option("FILE", chosen.file, "A trace that libstrata_trace.so recorded")->required();
  parser.add_flag("--threads", chosen.threads, "As many threads as were recorded; default: one");
  parser
      .add_option("--touch", chosen.touch,
                  "What is written into each block: none, ends, pages or all")
      ->check(CLI::IsMember({"none", "ends", "pages", "all"}))
      ->type_name("WHAT")
      ->capture_default_str();
  auto* const dump = parser.add_flag("--dump", chosen.dump, "Print the calls, as lines of JSON");
  parser.add_flag("--histogram", chosen.histogram, "Print sizes and lifetimes")->excludes(dump);
  chosen.json.add_to(parser);
  parser.footer(
      "Examples:\n"
      "  ALLOCATION_TRACE=ls.%p.trace LD_PRELOAD=build/release/bench/libstrata_trace.so ls\n"
      "  strata_replay ls.4711.trace\n"
      "  LD_PRELOAD=build/release/libstrata_malloc.so strata_replay ls.4711.trace --json -\n"
      "  strata_replay ls.4711.trace --dump | head");
}

double rounded(double value) { return std::round(value * 1000) / 1000; }

struct replayed {
  replay_plan plan;
  replay_result result{};
  std::optional<double> grown_mib{};  // the peak above what was resident at the start
};

replayed replay(const choices& chosen, std::pmr::memory_resource* memory) {
  replayed done{.plan = make_plan(read_trace(chosen.file, memory), chosen.threads, memory)};
  const bool peak_is_ours = bench::forget_peak();
  const std::uint64_t before = bench::resident_bytes();
  done.result = play(done.plan, touches.at(chosen.touch), memory);
  const auto peak = bench::peak_resident_bytes();
  if (peak_is_ours && peak) {
    done.grown_mib = bench::mebibytes(std::max(*peak, before) - before);
  }
  if (done.result.damaged != 0) {
    throw std::runtime_error(
        fmt::format("{} blocks lost their contents or were not zero: the "
                    "allocator under test is broken",
                    done.result.damaged));
  }
  return done;
}

bench::findings describe_findings(const choices& chosen, const replayed& done) {
  bench::findings found{.program = "strata_replay"};
  found.options = {{"file", chosen.file}, {"threads", chosen.threads}, {"touch", chosen.touch}};
  nlohmann::ordered_json peak;
  if (done.grown_mib) peak = rounded(*done.grown_mib);
  found.figures = {{"calls", done.plan.calls},
                   {"threads", done.plan.streams.size()},
                   {"elapsed_ms", rounded(done.result.elapsed_seconds * 1000)},
                   {"user_ms", rounded(done.result.user_seconds * 1000)},
                   {"system_ms", rounded(done.result.system_seconds * 1000)},
                   {"peak_mib", peak},
                   {"page_faults", done.result.page_faults},
                   {"refused", done.result.refused},
                   {"unknown_frees", done.plan.odd.unknown_frees},
                   {"missed_frees", done.plan.odd.missed_frees},
                   {"checksum", done.result.checksum}};
  return found;
}

std::string table(const bench::findings& found) {
  std::string text;
  for (const auto& [name, value] : found.figures.items()) {
    text += fmt::format("{:<16}{:>16}\n", name, value.is_null() ? "-" : value.dump());
  }
  return text;
}

void show_histogram(const choices& chosen, std::pmr::memory_resource* memory) {
  const trace_profile profile = make_profile(read_trace(chosen.file, memory), memory);
  bench::findings found{.program = "strata_replay"};
  found.options = {{"file", chosen.file}, {"histogram", true}};
  found.figures = profile_json(profile);
  chosen.json.show(found, profile_table(profile));
}

void act(const choices& chosen) {
  bench::mapped_resource memory;
  if (chosen.dump) {
    dump(read_trace(chosen.file, &memory), &memory);
  } else if (chosen.histogram) {
    show_histogram(chosen, &memory);
  } else {
    const bench::findings found = describe_findings(chosen, replay(chosen, &memory));
    chosen.json.show(found, table(found));
  }
}

std::function<void()> configure(CLI::App& parser) {
  const auto chosen = std::make_shared<choices>();
  describe(parser, *chosen);
  return [=] { act(*chosen); };
}

constexpr bench::instrument replayer = {
    "strata_replay", "Does again what a recorded program allocated, with this program's malloc.",
    configure};

}  // namespace
}  // namespace strata::trace

int main(int count, char** values) {
  return strata::bench::run_instrument(strata::trace::replayer, count, values);
}
