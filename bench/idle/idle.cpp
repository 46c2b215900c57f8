// strata_idle: what an allocator keeps of a peak, right after it was freed and some
// seconds later. How to read it: docs/benchmarks.md.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <memory>

#include "idle/peak.hpp"
#include "instrument/command_line.hpp"
#include "instrument/figures.hpp"
#include "instrument/resident.hpp"

namespace strata::bench {
namespace {

const std::map<std::string, freed_by> whos{
    {"own", freed_by::own}, {"other", freed_by::other}, {"ended", freed_by::ended}};
const std::map<std::string, free_order> orders{
    {"random", free_order::random}, {"same", free_order::same}, {"reverse", free_order::reverse}};

struct choices {
  peak_options peak;
  std::string who = "own";
  std::string order = "random";
  json_option json;
};

template <class Value>
CLI::Validator one_of(const std::map<std::string, Value>& known) {
  std::vector<std::string> names;
  names.reserve(known.size());
  for (const auto& [name, value] : known) names.push_back(name);
  return CLI::IsMember(names);
}

void describe(CLI::App& parser, choices& chosen) {
  parser.add_option("--mib", chosen.peak.mib, "Bytes requested at the peak, in MiB")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 24))
      ->capture_default_str();
  parser.add_option("--size", chosen.peak.sizes, "Sizes of the blocks, equally often")
      ->delimiter(',')
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20))
      ->type_name("BYTES,...")
      ->capture_default_str();
  parser.add_option("--threads", chosen.peak.threads, "Threads that allocate")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  parser
      .add_option("--freed-by", chosen.who,
                  "own: who allocated; other: one more thread while those wait; ended: the main "
                  "thread after those ended")
      ->check(one_of(whos))
      ->type_name("WHO")
      ->capture_default_str();
  parser.add_option("--order", chosen.order, "In which blocks are freed: random, same, reverse")
      ->check(one_of(orders))
      ->type_name("ORDER")
      ->capture_default_str();
  parser.add_option("--sleep", chosen.peak.sleep_seconds, "Seconds of idleness after the free")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  parser.footer(
      "Preload the allocator to measure; without, it is the C library's.\n"
      "Examples:\n"
      "  strata_idle\n"
      "  LD_PRELOAD=build/release/libstrata_malloc.so strata_idle --freed-by ended --threads 4\n"
      "  bench/instrument/under_each.py --runs 3 --with glibc,PATH.so -- strata_idle --mib 512");
}

double rounded(double value) { return std::round(value * 100) / 100; }

// Of what the peak added. Nothing was added where the heap had room for it all.
nlohmann::ordered_json percent_left(const resident_memory& seen, std::uint64_t left) {
  if (seen.at_peak <= seen.before) return nullptr;
  const auto before = static_cast<double>(seen.before);
  const double grown = static_cast<double>(seen.at_peak) - before;
  return rounded(100 * (static_cast<double>(left) - before) / grown);
}

findings describe_findings(const choices& chosen, const resident_memory& seen) {
  findings found{.program = "strata_idle"};
  found.options = {{"mib", chosen.peak.mib},         {"sizes", chosen.peak.sizes},
                   {"threads", chosen.peak.threads}, {"freed_by", chosen.who},
                   {"order", chosen.order},          {"sleep_seconds", chosen.peak.sleep_seconds}};
  found.figures = {{"before_mib", rounded(mebibytes(seen.before))},
                   {"at_peak_mib", rounded(mebibytes(seen.at_peak))},
                   {"after_free_mib", rounded(mebibytes(seen.after_free))},
                   {"after_sleep_mib", rounded(mebibytes(seen.after_sleep))},
                   {"left_after_free_percent", percent_left(seen, seen.after_free)},
                   {"left_after_sleep_percent", percent_left(seen, seen.after_sleep)}};
  return found;
}

std::string table(const nlohmann::ordered_json& figures) {
  const auto line = [&](const char* label, const char* figure, const char* share) {
    std::string text = fmt::format("{:<12}{:>10.2f}", label, figures[figure].get<double>());
    if (share != nullptr && !figures[share].is_null()) {
      text += fmt::format("{:>10.2f} %", figures[share].get<double>());
    }
    return text + "\n";
  };
  return fmt::format("{:<12}{:>10}{:>12}\n", "resident", "MiB", "of growth") +
         line("before", "before_mib", nullptr) + line("at peak", "at_peak_mib", nullptr) +
         line("after free", "after_free_mib", "left_after_free_percent") +
         line("after sleep", "after_sleep_mib", "left_after_sleep_percent");
}

void measure(choices& chosen) {
  chosen.peak.who = whos.at(chosen.who);
  chosen.peak.order = orders.at(chosen.order);
  const findings found = describe_findings(chosen, watch_peak(chosen.peak));
  chosen.json.show(found, table(found.figures));
}

std::function<void()> configure(CLI::App& parser) {
  const auto chosen = std::make_shared<choices>();
  describe(parser, *chosen);
  chosen->json.add_to(parser);
  return [=] { measure(*chosen); };
}

constexpr instrument idle = {
    "strata_idle", "Allocates many small blocks, frees them, sleeps, and says what stays resident.",
    configure};

}  // namespace
}  // namespace strata::bench

int main(int count, char** values) {
  return strata::bench::run_instrument(strata::bench::idle, count, values);
}
