#include "trace/profile.hpp"

#include <bit>
#include <numeric>
#include <unordered_map>

namespace strata::trace {
namespace {

struct life {
  std::uint64_t begun;
  std::uint64_t size;
};

// In two passes over the steps: the first finds the peak, the second counts what
// lives at it.
class profiler {
 public:
  void find_peak(const step& what) {
    const bool is_birth = what.kind != step_kind::free && what.kind != step_kind::free_null;
    if (is_birth) {
      live_bytes_ += what.size - what.old_size;
    } else {
      live_bytes_ -= what.size;
    }
    if (live_bytes_ <= found_.peak_bytes) return;
    found_.peak_bytes = live_bytes_;
    found_.peak_sequence = what.sequence;
  }

  void count(const step& what) {
    ++found_.calls[std::string(name_of(what.kind))];
    if (what.kind == step_kind::free_null) return;
    if (what.kind == step_kind::free || what.kind == step_kind::realloc) end_life(what);
    if (what.kind != step_kind::free) begin_life(what);
  }

  trace_profile finish(const oddities& odd) {
    for (const auto& [block, alive] : living_) {
      size_profile& profile = found_.sizes[alive.size];
      ++profile.never_freed;
      if (alive.begun <= found_.peak_sequence) ++profile.live_at_peak;
    }
    found_.odd = odd;
    return std::move(found_);
  }

 private:
  void begin_life(const step& what) {
    ++found_.sizes[what.size].blocks;
    living_[what.block] = {what.sequence, what.size};
  }

  void end_life(const step& what) {
    const auto ending = living_.find(what.block);
    const life& ended = ending->second;
    size_profile& profile = found_.sizes[ended.size];
    const std::uint64_t lifetime = what.sequence - ended.begun;
    ++profile.lifetimes[static_cast<std::size_t>(std::bit_width(lifetime | 1) - 1)];
    const bool at_peak =
        ended.begun <= found_.peak_sequence && found_.peak_sequence < what.sequence;
    if (at_peak) ++profile.live_at_peak;
    living_.erase(ending);
  }

  trace_profile found_;
  std::unordered_map<std::uint64_t, life> living_;
  std::uint64_t live_bytes_ = 0;
};

}  // namespace

void size_profile::add(const size_profile& other) noexcept {
  blocks += other.blocks;
  live_at_peak += other.live_at_peak;
  never_freed += other.never_freed;
  for (std::size_t i = 0; i < lifetimes.size(); ++i) lifetimes[i] += other.lifetimes[i];
}

std::uint64_t size_profile::median_lifetime() const noexcept {
  const std::uint64_t all = std::accumulate(lifetimes.begin(), lifetimes.end(), std::uint64_t{0});
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < lifetimes.size(); ++i) {
    seen += lifetimes[i];
    if (2 * seen >= all && seen != 0) return std::uint64_t{1} << i;
  }
  return 0;
}

trace_profile make_profile(const recorded_trace& trace, std::pmr::memory_resource* memory) {
  profiler maker;
  follow_history(trace, memory, [&](const step& next) { maker.find_peak(next); });
  const oddities odd = follow_history(trace, memory, [&](const step& next) { maker.count(next); });
  return maker.finish(odd);
}

}  // namespace strata::trace
