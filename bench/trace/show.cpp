#include "trace/show.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstdio>

namespace strata::trace {
namespace {

// The largest size in the group of `size`: eight groups per doubling.
std::uint64_t group_end(std::uint64_t size) {
  constexpr unsigned kept_bits = 4;
  if (size == 0) return 0;
  const auto width = static_cast<unsigned>(std::bit_width(size - 1));
  const unsigned shift = width > kept_bits ? width - kept_bits : 0;
  return (((size - 1) >> shift) + 1) << shift;
}

std::uint64_t blocks_in(const trace_profile& profile) {
  std::uint64_t sum = 0;
  for (const auto& [size, each] : profile.sizes) sum += each.blocks;
  return sum;
}

}  // namespace

void dump(const recorded_trace& trace, std::pmr::memory_resource* memory) {
  follow_history(trace, memory, [](const step& what) {
    fmt::print(R"({{"sequence":{},"thread":{},"call":"{}")", what.sequence, what.thread,
               name_of(what.kind));
    if (what.kind != step_kind::free_null) {
      fmt::print(R"(,"block":{},"size":{})", what.block, what.size);
    }
    if (what.kind == step_kind::realloc) fmt::print(R"(,"old_size":{})", what.old_size);
    if (what.kind == step_kind::aligned) {
      fmt::print(R"(,"alignment":{})", std::uint64_t{1} << what.alignment_log2);
    }
    fmt::print("}}\n");
  });
}

std::string profile_table(const trace_profile& profile) {
  std::map<std::uint64_t, size_profile> groups;
  for (const auto& [size, each] : profile.sizes) groups[group_end(size)].add(each);
  const double all = static_cast<double>(blocks_in(profile));
  std::string text = fmt::format("{:>14}{:>12}{:>8}{:>10}{:>14}{:>14}\n", "bytes up to", "blocks",
                                 "%", "sum %", "live at peak", "median life");
  double sum = 0;
  for (const auto& [end, group] : groups) {
    const double share = 100 * static_cast<double>(group.blocks) / all;
    sum += share;
    text += fmt::format("{:>14}{:>12}{:>8.2f}{:>10.2f}{:>14}{:>14}\n", end, group.blocks, share,
                        sum, group.live_at_peak, group.median_lifetime());
  }
  for (const auto& [name, count] : profile.calls) text += fmt::format("{} {}  ", name, count);
  return text +
         fmt::format("\npeak {} bytes requested; a life is counted in calls\n", profile.peak_bytes);
}

nlohmann::ordered_json profile_json(const trace_profile& profile) {
  nlohmann::ordered_json sizes = nlohmann::ordered_json::array();
  for (const auto& [size, each] : profile.sizes) {
    nlohmann::ordered_json lifetimes = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < each.lifetimes.size(); ++i) {
      if (each.lifetimes[i] != 0) {
        lifetimes[std::to_string(std::uint64_t{1} << i)] = each.lifetimes[i];
      }
    }
    sizes.push_back({{"size", size},
                     {"blocks", each.blocks},
                     {"live_at_peak", each.live_at_peak},
                     {"never_freed", each.never_freed},
                     {"lifetimes_from_calls", lifetimes}});
  }
  return {{"calls", profile.calls},
          {"peak_bytes", profile.peak_bytes},
          {"peak_sequence", profile.peak_sequence},
          {"unknown_frees", profile.odd.unknown_frees},
          {"missed_frees", profile.odd.missed_frees},
          {"sizes", sizes}};
}

}  // namespace strata::trace
