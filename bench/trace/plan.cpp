#include "trace/plan.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace strata::trace {
namespace {

// A slot, taken or free.
struct placed_block {
  std::uint32_t slot;
  std::uint32_t turn;  // that the next call waits for
};

class planner {
 public:
  planner(bool threads, std::pmr::memory_resource* memory)
      : threads_(threads),
        memory_(memory),
        pool_(memory),
        stream_of_(&pool_),
        places_(&pool_),
        free_(&pool_),
        plan_{.streams = std::pmr::vector<planned_stream>(memory),
              .lanes = std::pmr::vector<std::size_t>(memory),
              .odd = {}} {}

  void add(const step& what) {
    const std::size_t number = stream_number(threads_ ? what.thread : 0);
    planned_stream& stream = plan_.streams[number];
    if (stream.calls.empty()) stream.first = what.sequence;
    stream.last = what.sequence;
    const placed_block at = place(what, free_[number]);
    stream.calls.emplace_back(what, at.slot, at.turn);
    ++plan_.calls;
  }

  replay_plan finish() {
    make_lanes();
    plan_.slots = slots_;
    return std::move(plan_);
  }

 private:
  std::size_t stream_number(std::uint32_t thread) {
    const auto [found, is_new] = stream_of_.try_emplace(thread, plan_.streams.size());
    if (is_new) {
      plan_.streams.push_back({.calls = std::pmr::vector<planned_call>(memory_)});
      free_.emplace_back();
    }
    return found->second;
  }

  // Where the call happens, and which turn it waits for.
  placed_block place(const step& what, std::pmr::vector<placed_block>& free) {
    if (what.kind == step_kind::free_null) return {};
    if (what.kind == step_kind::free) {
      const auto found = places_.find(what.block);
      const placed_block at = found->second;
      places_.erase(found);
      free.push_back({at.slot, at.turn + 1});
      return at;
    }
    if (what.kind == step_kind::realloc) {
      placed_block& known = places_.at(what.block);
      const placed_block at = known;
      ++known.turn;
      return at;
    }
    const placed_block at = take_slot(free);
    places_.emplace(what.block, placed_block{at.slot, at.turn + 1});
    return at;
  }

  placed_block take_slot(std::pmr::vector<placed_block>& free) {
    if (free.empty()) return {slots_++, 0};
    const placed_block last = free.back();
    free.pop_back();
    return last;
  }

  // First fit, in the order in which the streams begin.
  void make_lanes() {
    std::pmr::vector<std::size_t> order(plan_.streams.size(), &pool_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [this](std::size_t i) { return plan_.streams[i].first; });
    std::pmr::vector<std::size_t> ends(&pool_);  // the last stream of each lane
    for (const std::size_t stream : order) {
      const auto lane = std::ranges::find_if(ends, [&](std::size_t end) {
        return plan_.streams[end].last < plan_.streams[stream].first;
      });
      if (lane == ends.end()) {
        plan_.lanes.push_back(stream);
        ends.push_back(stream);
      } else {
        plan_.streams[*lane].next = stream;
        *lane = stream;
      }
    }
  }

  bool threads_;
  std::pmr::memory_resource* memory_;
  std::pmr::unsynchronized_pool_resource pool_;
  std::pmr::unordered_map<std::uint32_t, std::size_t> stream_of_;  // by thread
  std::pmr::unordered_map<std::uint64_t, placed_block> places_;    // by block
  std::pmr::vector<std::pmr::vector<placed_block>> free_;          // by stream
  std::uint32_t slots_ = 0;
  replay_plan plan_;
};

}  // namespace

replay_plan make_plan(const recorded_trace& trace, bool threads,
                      std::pmr::memory_resource* memory) {
  planner maker(threads, memory);
  const oddities odd = follow_history(trace, memory, [&](const step& next) { maker.add(next); });
  replay_plan plan = maker.finish();
  plan.odd = odd;
  return plan;
}

}  // namespace strata::trace
